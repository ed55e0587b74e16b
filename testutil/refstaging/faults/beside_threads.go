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
	"beside-threads-listed-short": func(s *seams) {
		s.api(at("GET /api/threads", rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			var list []map[string]any
			if json.Unmarshal(a.Body.Bytes(), &list) != nil {
				return
			}
			for _, entry := range list {
				if title, _ := entry["title"].(string); len(title) > 12 {
					entry["title"] = title[:11] + "…"
				}
			}
			body, _ := json.Marshal(list)
			a.Body = bytes.NewBuffer(body)
			a.Header().Del("Content-Length")
		})))
	},
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
