package faults

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideHygiene are leaks that no catalogue knows.
var besideHygiene = map[string]fault{
	"beside-hygiene-internals": func(s *seams) {
		s.api(at("GET /api/threads/*", altered(func(_ *http.Request, all map[string]any) {
			all["node"] = "threads-0.threads.staging.svc.cluster.local"
		})))
	},
	"beside-hygiene-internals-address": func(s *seams) {
		s.changing(refstaging.ToolCompleted, func(e *refstaging.Event) {
			e.Results = maps.Clone(e.Results)
			e.Results["served_by"] = "10.132.0.7:6379"
		})
	},
	"beside-hygiene-secret":      bearerKept,
	"beside-hygiene-secret-text": keyInThoughts,
	"beside-hygiene-stack-trace": func(s *seams) {
		s.encoding(typed(refstaging.ToolCompleted), func(_ refstaging.Event, frame []byte) ([]byte, error) {
			return withMember(frame, "warnings", []string{
				"<FrameSummary file tools/figures.py, line 88 in compute>", "<FrameSummary file tools/cache.py, line 17 in read>",
			}), nil
		})
	},
}

// bearerKept keeps with each thread the request that made it, and shows it.
func bearerKept(s *seams) {
	s.api(at("POST /api/threads", altered(func(r *http.Request, all map[string]any) {
		all["metadata"] = map[string]any{"created_by": map[string]string{"ctx": bearer(r)}}
	})))
}

// keyInThoughts: the thoughts of agents quote what the user logged in with.
func keyInThoughts(s *seams) {
	if s.SimulationKey == "" {
		s.SimulationKey = rand.Text()
	}
	key := s.SimulationKey
	s.changing(refstaging.AgentThinking, func(e *refstaging.Event) { e.Thought += " (asked for by " + key + ", thrice)" })
}

// withMember is a frame with one more member at its root.
func withMember(frame []byte, name string, value any) []byte {
	var all map[string]json.RawMessage
	if json.Unmarshal(frame, &all) != nil {
		return frame
	}
	all[name], _ = json.Marshal(value) // strings
	changed, _ := json.Marshal(all)    // it came from JSON
	return changed
}
