package faults

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// besideThreads are failures of threads over REST that no catalogue knows.
var besideThreads = map[string]fault{
	// A thread that was looked at is kept in a cache, from which archiving does not take it.
	"beside-threads-archived-cached": func(s *seams) {
		var kept sync.Map // bodies by path
		s.api(at("GET /api/threads/*", rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusOK {
				kept.Store(r.URL.Path, bytes.Clone(a.Body.Bytes()))
			} else if body, ok := kept.Load(r.URL.Path); ok {
				a.Code, a.Body = http.StatusOK, bytes.NewBuffer(body.([]byte))
				a.Header().Del("Content-Length")
			}
		})))
	},
	// The list has room for so many letters.
	"beside-threads-listed-short": listedAs(func(list []map[string]any) []map[string]any {
		for _, entry := range list {
			if title, _ := entry["title"].(string); len(title) > 12 {
				entry["title"] = title[:11] + "…"
			}
		}
		return list
	}),
	// The list is a join with the messages: a thread stands there for each of them, and once more.
	"beside-threads-listed-joined": listedAs(func(list []map[string]any) (all []map[string]any) {
		for _, entry := range list {
			messages, _ := entry["message_count"].(float64)
			for range 1 + int(messages) {
				all = append(all, entry)
			}
		}
		return all
	}),
	// The messages are those of a library, which has other names for who speaks.
	"beside-threads-messages-human": func(s *seams) {
		s.api(at("GET /api/threads/*", rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
			if strings.HasSuffix(r.URL.Path, "/messages") {
				a.Body = bytes.NewBuffer(bytes.ReplaceAll(a.Body.Bytes(), []byte(`"role":"user"`), []byte(`"role":"human"`)))
				a.Header().Del("Content-Length")
			}
		})))
	},
}

// listedAs shows the user's threads in another way.
func listedAs(change func(list []map[string]any) []map[string]any) fault {
	return func(s *seams) {
		s.api(at("GET /api/threads", rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			var list []map[string]any
			if json.Unmarshal(a.Body.Bytes(), &list) != nil || list == nil {
				return
			}
			body, _ := json.Marshal(change(list)) // it came from JSON
			a.Body = bytes.NewBuffer(body)
			a.Header().Del("Content-Length")
		})))
	}
}
