package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

// holding is a run in which one frame holds a text.
func holding(text string) func(*story) {
	return prompted(func(j *job) { j.started().thinking(set("metadata", text)).executing().executed().completed() })
}

// holdingKey is a run in which one frame holds a member.
func holdingKey(key string, value any) func(*story) {
	return prompted(func(j *job) {
		j.started().thinking(set("metadata", obj{key: value})).executing().executed().completed()
	})
}

// token is shaped like one, and is none.
const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.bm90LWEtc2lnbmF0dXJl"

var hygieneTrials = []trial{
	{name: "Python", hard: []string{"hygiene/internals", "hygiene/stack-trace"}, tell: holding("Traceback (most recent call last):\n  File \"/app/agents/triage.py\", line 12, in run")},
	{name: "a Python frame alone", hard: []string{"hygiene/stack-trace"}, tell: holding(`File "triage.py", line 12`)},
	{name: "Python frames one by one", hard: []string{"hygiene/stack-trace"}, tell: holding("[<FrameSummary file agents/triage.py, line 12 in run>]")},
	{name: "words about a line of a program", tell: holding("The loop in figures.py, line 12, costs most.")},
	{name: "Go", hard: []string{"hygiene/stack-trace"}, tell: holding("goroutine 17 [running]:\nmain.main()")},
	{name: "JavaScript", hard: []string{"hygiene/stack-trace"}, tell: holding("x\n    at run (worker.js:10:5)")},
	{name: "Java", hard: []string{"hygiene/stack-trace"}, tell: holding("at ai.netra.Run.go(Run.java:17)")},
	{name: "a list of frames", hard: []string{"hygiene/stack-trace"}, tell: holdingKey("stack_trace", []string{"run"})},
	{name: "words about lines", tell: holding("The first line of the report, line 12 of 40, names the bucket.")},
	{name: "a token", hard: []string{"hygiene/secret"}, tell: holding(token)},
	{name: "a key", hard: []string{"hygiene/secret"}, tell: holding("-----BEGIN RSA PRIVATE KEY-----")},
	{name: "internal_api_key", hard: []string{"hygiene/secret"}, tell: holdingKey("internal_api_key", "s3cr3t-value")},
	{name: "jwtSecret", hard: []string{"hygiene/secret"}, tell: holdingKey("jwtSecret", "s3cr3t-value")},
	{name: "a key in quoted JSON", hard: []string{"hygiene/secret"}, tell: holding(`{"jwt_secret": "s3cr3t-value"}`)},
	{name: "an address with a password", hard: []string{"hygiene/internals", "hygiene/secret"}, tell: holding("postgresql://netra:hunter22@db/main")},
	{name: "a secret that the history replaced", hard: []string{"hygiene/secret"}, tell: holdingKey("internal_api_key", history.Redacted)},
	{name: "a secret that was replaced", tell: holdingKey("internal_api_key", "[REDACTED]")},
	{name: "a token that the history replaced", hard: []string{"hygiene/secret"}, tell: holdingKey("ctx", history.Redacted)},
	{name: "a token in a list", hard: []string{"hygiene/secret"}, tell: holdingKey("seen", []string{history.Redacted})},
	{name: "a token in a text", hard: []string{"hygiene/secret"}, tell: holding("called with " + history.Redacted + " by ada")},
	{name: "a header", hard: []string{"hygiene/secret"}, tell: holdingKey("sent", "Bearer "+history.Redacted)},
	{name: "a token in quoted JSON", hard: []string{"hygiene/secret"}, tell: holding(`{"ctx": "` + history.Redacted + `"}`)},
	{name: "the next page", tell: holdingKey("next_page_token", history.Redacted)},
	{name: "the next page in an address", tell: holdingKey("next", "/api/threads?page_token="+history.Redacted)},
	{name: "words about bearers", tell: holding("Bearer " + history.Redacted + " are refused")},
	{name: "a token quoted in a refusal", hard: []string{"infra/not-accepted"}, soft: []string{"hygiene/secret"}, tell: answered(422, `{"detail":"no: `+history.Redacted+`"}`, nil)},
	{name: "words about secrets", tell: holding("Rotate the password and the api_key of each bucket; keep no secret in a label.")},
	{name: "a path", hard: []string{"hygiene/internals"}, tell: holding("cannot open /app/config/agents.yaml")},
	{name: "a path of an answer about logs", tell: holding("Rotate /var/log/media/upload.log weekly, it costs 12 USD a month.")},
	{name: "a host", hard: []string{"hygiene/internals"}, tell: holding("no route to redis.default.svc.cluster.local")},
	{name: "a private address", hard: []string{"hygiene/internals"}, tell: holding("served by 10.132.0.7:6379")},
	{name: "another private address", hard: []string{"hygiene/internals"}, tell: holding("served by 172.17.0.2:5432")},
	{name: "a socket of the database", hard: []string{"hygiene/internals"}, tell: holding("connected to /cloudsql/netra-staging:us-central1:main")},
	{name: "a figure and a time", tell: holding("It rose by 10.5 % at 10.30:15, and by 172.16 USD.")},
	{name: "an object", hard: []string{"hygiene/internals"}, tell: holding("<agents.Triage object at 0x7f3a5c>")},
	{name: "an address of the platform", tell: holding("See https://app.staging.netrasystems.ai/reports/17")},

	{name: "debug fields of an error body", hard: []string{"infra/server-error"}, soft: []string{"hygiene/internals", "hygiene/stack-trace"},
		tell: answered(500, `{"error":true,"source_file":"/app/routes/agents.py","stack_trace":["x"]}`, nil)},
	{name: "a secret in an error body", hard: []string{"hygiene/secret", "infra/server-error"}, tell: answered(500, `{"jwt_secret":"s3cr3t-value"}`, nil)},
	{name: "the same in an answer", hard: []string{"hygiene/internals", "hygiene/stack-trace"},
		tell: answered(200, `[{"source_file":"/app/routes/agents.py","stack_trace":["x"]}]`, nil)},
	{name: "a close reason", hard: []string{"handshake/closed", "hygiene/internals"}, tell: func(s *story) {
		s.user().connect().ended(history.Closed{By: history.ByServer, Code: 1011, Reason: "<Manager object at 0x7f3a5c>"})
	}},
	{name: "tokens of a login", tell: func(s *story) {
		x := get("/auth/login", `{"access_token":"`+token+`"}`)
		x.Purpose = history.PurposeLogin
		s.user().http(x, nil)
	}},
}
