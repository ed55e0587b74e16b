package variants

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
)

// looks are how a bare client tells each variant by what travelled. Those of pace are in paces_test.go;
// jitter, which changes no byte, and answers to a client's close in variants_test.go.
var looks = map[string]func(sighting) bool{
	"e1":         completed(func(o object) bool { return has(o, "attempt") && at(o, "data", "final_response") != nil }),
	"e1-factory": completed(func(o object) bool { return at(o, "user_context", "request_id") != nil && !has(o, "attempt") }),
	"e2":         completed(func(o object) bool { return at(o, "metadata", "user_tier") == "free" && isNumber(o["timestamp"]) }),
	"e2-iso":     completed(func(o object) bool { return at(o, "metadata", "user_tier") == "free" && isText(o["timestamp"]) }),
	"e3": func(s sighting) bool {
		return s.count("agent_response_complete") == 1 && s.count("agent_progress") == 3 && s.count("system_message") == 1
	},
	"e4": func(s sighting) bool {
		return s.every("tool_completed", func(o object) bool {
			return has(o, "results") && at(o, "data", "result") != nil && !has(o, "tool_name")
		})
	},
	"e5": completed(func(o object) bool { return has(o, "agent") && has(o, "message") && !has(o, "agent_name") }),
	"e6": completed(func(o object) bool { return o["event"] == "agent_completed" && !has(o, "run_id") }),
	"e7": completed(func(o object) bool {
		return at(o, "payload", "final_response") != nil && !has(o, "run_id") && !has(o, "data")
	}),
	"e8": completed(func(o object) bool {
		return has(o, "event_id") && has(o, "final_response") && !has(o, "data") && !has(o, "payload")
	}),

	"times-millis":     completed(func(o object) bool { return isNumber(o["timestamp"]) && o["timestamp"].(float64) > 1e12 }),
	"times-seconds":    func(s sighting) bool { return everyText(s, regexp.MustCompile(`"timestamp":\d{10}[,}]`)) },
	"times-iso-zulu":   stamped(`^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$`),
	"times-iso-offset": stamped(`^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}\+05:30$`),
	"times-iso-micros": stamped(`^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}$`),

	"json-reordered": func(s sighting) bool {
		return anyText(s, regexp.MustCompile(`^\{"user_id":"[^"]*","type":"agent_completed","timestamp":`))
	},
	"json-spaced":  func(s sighting) bool { return everyText(s, regexp.MustCompile(`^\r\n\t \{\n`)) },
	"json-escaped": func(s sighting) bool { return everyText(s, regexp.MustCompile(`"\\u0074\\u0079\\u0070\\u0065":`)) },
	"json-extra": func(s sighting) bool {
		return completed(func(o object) bool { return has(o, "x_build") && has(o, "turn_id") && at(o, "data", "x_build") != nil })(s)
	},
	"unicode": completed(func(o object) bool {
		return strings.Contains(o["final_response"].(string), "👩‍👩‍👧‍👦") && strings.Contains(o["final_response"].(string), "שָׁלוֹם")
	}),
	"megabyte": completed(func(o object) bool { return utf8.RuneCountInString(o["final_response"].(string)) >= 1<<20 }),

	"repeated-thinking": func(s sighting) bool { return s.count("agent_thinking") == 4 },
	"several-tools":     func(s sighting) bool { return s.count("tool_executing") == 3 && s.count("tool_completed") == 3 },
	"overlapping-tools": func(s sighting) bool {
		return strings.Contains(strings.Join(types(s), " "), "tool_executing tool_executing tool_executing tool_completed tool_completed tool_completed")
	},
	"nested-ended":     func(s sighting) bool { return s.count("agent_started") == 3 && s.count("agent_completed") == 3 },
	"nested-open":      func(s sighting) bool { return s.count("agent_started") == 3 && s.count("agent_completed") == 1 },
	"nested-unstarted": func(s sighting) bool { return s.count("agent_started") == 1 && s.count("agent_thinking") == 2 },
	"bridged": func(s sighting) bool {
		return s.count("agent_started") == 2 && s.saw(func(o object) bool { return o["agent_name"] == "supervisor" && o["type"] == "agent_completed" })
	},

	"e2-retried": func(s sighting) bool {
		return s.count("agent_completed") == 2 && s.saw(func(o object) bool { return o["type"] == "agent_completed" && o["attempt"] == 2.0 })
	},
	"failed-completion": func(s sighting) bool {
		return s.saw(func(o object) bool { return o["type"] == "agent_completed" && o["success"] == false })
	},
	"own-runs":          completed(func(o object) bool { return o["run_id"] != askedRun }),
	"subprotocol-plain": func(s sighting) bool { return strings.Contains(s.upgrade, "Sec-WebSocket-Protocol: jwt-auth") },

	"fragmented": func(s sighting) bool {
		begun := slices.IndexFunc(s.frames, func(f frame) bool { return f.head == websocket.TextMessage })
		return begun >= 0 && s.frames[begun+1].head == 0 && s.frames[begun+2].head == final|websocket.PingMessage
	},
	"pings": func(s sighting) bool {
		return slices.ContainsFunc(s.frames, func(f frame) bool { return f.head == final|websocket.PongMessage && string(f.payload) == "unasked" }) &&
			slices.ContainsFunc(s.frames, func(f frame) bool { return f.head == final|websocket.PingMessage })
	},
	"heartbeats": within("heartbeat"),
	"asked-back": within("ping"),
	"unknown-events": func(s sighting) bool {
		return within("weather_forecast")(s) && within("progress_update")(s) && within("subagent_completed")(s)
	},

	"welcome-s0": func(s sighting) bool {
		return types(s)[0] == "ping" && at(s.objects[1], "data", "event") == "degraded_mode" && at(s.objects[3], "data", "event") == "connection_established"
	},
	"welcome-legacy":     func(s sighting) bool { return at(s.objects[0], "data", "mode") == "legacy" },
	"welcome-documented": func(s sighting) bool { return s.objects[0]["system"] == true && !has(s.objects[0], "data") },
	"welcome-demo":       func(s sighting) bool { return has(s.objects[0], "message") && !has(s.objects[0], "timestamp") },
	"welcome-renamed":    func(s sighting) bool { return s.objects[0]["type"] == "main_connection_established" },

	"october": func(s sighting) bool {
		return types(s)[0] == "handshake_response" && types(s)[1] == "connection_established"
	},
	"october-swapped": func(s sighting) bool {
		return slices.Equal(types(s)[:3], []string{"connection_established", "handshake_response", "handshake_response"})
	},
	"october-unconfirmed": func(s sighting) bool { return s.count("handshake_response") == 1 && s.count("handshake_complete") == 0 },
	"october-validated": completed(func(o object) bool {
		return at(o, "data", "llm_validation") != nil && at(o, "data", "retry_info") != nil
	}),
	"october-warned": within("agent_timeout_warning"),

	"refusals-s0": func(s sighting) bool {
		return s.refusal.Text == "SSOT Auth failed" && s.refused[0]["error_code"] == "VALIDATION_FAILED"
	},
	"close-other": func(s sighting) bool { return s.code.Text == "legacy cleanup" },

	"http-lower-case": func(s sighting) bool {
		return strings.Contains(s.http, "\r\ncontent-type: application/json") && strings.Contains(s.upgrade, "\r\nsec-websocket-accept: ")
	},
	"http-chunked": func(s sighting) bool { return strings.Contains(s.http, "\r\nTransfer-Encoding: chunked\r\n") },
	"http-close":   func(s sighting) bool { return strings.Contains(s.http, "\r\nConnection: close\r\n") },
	"http-more": func(s sighting) bool {
		return strings.Contains(s.http, `"x_build":{`) && strings.Contains(s.http, "Via: 1.1 google")
	},
	"http-spaced": func(s sighting) bool {
		return strings.Contains(s.http, "\r\n\r\n\r\n\t {\n") && strings.Contains(s.http, "charset=utf-8")
	},
}

// elsewhere are the variants that are looked at in other tests.
var elsewhere = []string{"jitter", "slow-welcome", "slow-runs", "slow-answers", "close-bare"}

// No variant may do nothing: what it does travels, and without it does not.
func TestEveryVariantIsSeen(t *testing.T) {
	for _, name := range Names() {
		look, known := looks[name]
		if !known {
			assert.Contains(t, elsewhere, name, "nobody looks at this variant")
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := sighted(t, scriptOf(name), name)
			if !assert.True(t, look(seen), "with it") {
				text, _ := json.Marshal(seen.texts)
				t.Logf("%.3000s\n%.2000s\n%s", text, seen.http, seen.upgrade)
			}
			if name == "october" {
				return // it is what the others vary
			}
			declared, _ := Declared([]string{name})
			plain := scriptOf(name)
			plain.answers = 1
			var without []string
			if declared.Dialect == "october" {
				without = []string{"october"}
			}
			assert.False(t, looks[name](sighted(t, plain, without...)), "without it")
		})
	}
}

// scriptOf is what a client has to say to see the variant.
func scriptOf(name string) script {
	switch name {
	case "bridged", "e2-retried":
		return script{answers: 2}
	case "failed-completion":
		return script{first: failing, answers: 1}
	}
	return script{answers: 1}
}

func completed(like func(object) bool) func(sighting) bool {
	return func(s sighting) bool { return s.every("agent_completed", like) }
}

func stamped(pattern string) func(sighting) bool {
	form := regexp.MustCompile(pattern)
	return completed(func(o object) bool { return isText(o["timestamp"]) && form.MatchString(o["timestamp"].(string)) })
}

// within tells that messages of a type travel between the start and the end of the run.
func within(kind string) func(sighting) bool {
	return func(s sighting) bool {
		all := types(s)
		from, to := slices.Index(all, "agent_started"), slices.Index(all, "agent_completed")
		return from >= 0 && to > from && slices.Contains(all[from:to], kind)
	}
}

func types(s sighting) (all []string) {
	for _, o := range s.objects {
		kind, _ := o["type"].(string)
		all = append(all, kind)
	}
	return all
}

func everyText(s sighting, form *regexp.Regexp) bool {
	return !slices.ContainsFunc(s.texts, func(text string) bool { return !form.MatchString(text) })
}

func anyText(s sighting, form *regexp.Regexp) bool {
	return slices.ContainsFunc(s.texts, form.MatchString)
}

func has(o object, name string) bool { _, ok := o[name]; return ok }

// at is a member of a member, nil if there is none.
func at(o object, name, inner string) any {
	within, _ := o[name].(object)
	return within[inner]
}

func isNumber(v any) bool { _, ok := v.(float64); return ok }

func isText(v any) bool { _, ok := v.(string); return ok }
