package faults

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
)

// besideAgents are failures of agents over REST that no catalogue knows.
var besideAgents = map[string]fault{
	// The id of a started agent is that of its row in the database.
	"beside-lifecycle-rest-start-number": func(s *seams) {
		s.api(at("POST /api/agents/start", altered(func(_ *http.Request, all map[string]any) {
			if all["success"] == true {
				all["agent_id"] = 1042
			}
		})))
	},
	// The agents of one kind are swept away before they are asked about.
	"beside-lifecycle-started-agent-swept": func(s *seams) {
		s.api(at("GET /api/agents/status", rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Body = bytes.NewBuffer(reportingEnded.ReplaceAll(a.Body.Bytes(), []byte(`${1}cancelled${2}`)))
			a.Header().Del("Content-Length")
		})))
	},
	// A stream ends as those of another vendor's models do.
	"beside-lifecycle-stream-done": func(s *seams) {
		s.api(at("POST /api/agents/stream", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&foreign{w}, r)
		}))
	},
}

// reportingEnded is the status of a reporting agent in a list, next to its type.
var reportingEnded = regexp.MustCompile(`("status":")completed("[^{}]*"agent_type":"reporting")`)

// foreign is a stream whose last event is none.
type foreign struct{ http.ResponseWriter }

// Unwrap is for [http.ResponseController].
func (f *foreign) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// Write gets one event at a time.
func (f *foreign) Write(event []byte) (int, error) {
	if bytes.Contains(event, []byte(`"event":"stream_end"`)) {
		_, err := f.ResponseWriter.Write([]byte("data: [DONE]\n\n"))
		return len(event), err
	}
	return f.ResponseWriter.Write(event)
}
