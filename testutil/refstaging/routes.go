package refstaging

import (
	"net/http"
	"slices"
	"strings"
)

// routes is the table of one service: paths, and for each the methods that it knows. Unknown paths and
// methods are answered as http.md 2.2 has it.
type routes map[string]map[string]http.HandlerFunc

// on adds a handler for methods of a path; methods are separated by blanks.
func (r routes) on(methods, path string, handler http.HandlerFunc) {
	if r[path] == nil {
		r[path] = make(map[string]http.HandlerFunc)
	}
	for _, method := range strings.Fields(methods) {
		r[path][method] = handler
	}
}

func (r routes) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { deny(w, http.StatusNotFound, "Not Found") })
	for path, methods := range r {
		mux.HandleFunc(path, func(w http.ResponseWriter, q *http.Request) {
			if handler, ok := methods[q.Method]; ok {
				handler(w, q)
				return
			}
			w.Header().Set("Allow", allowed(methods))
			deny(w, http.StatusMethodNotAllowed, "Method Not Allowed")
		})
	}
	return mux
}

func allowed(methods map[string]http.HandlerFunc) string {
	var names []string
	for name := range methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
