package cloud

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
)

// a list is what a request asked for, before it is cut into pages.
type list[E any] struct {
	name       string         // for the hook
	items      []E            // in order
	key        func(E) string // by which the items are ordered, as text
	descending bool
	query      []string // what must be the same from page to page
}

// cursor is what a page token says. It names the last item and not a number of items, so that a list
// which grows or loses its oldest between two pages shows nothing twice.
type cursor struct {
	Query string `json:"q"`
	After string `json:"a"` // empty: from the beginning
}

// cut takes one page. A token of another request is refused, as on the platform.
func (l list[E]) cut(p *Project, token string, size int) (page []E, next string, err error) {
	here := cursor{Query: fingerprint(l.query)}
	if token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		var from cursor
		if err != nil || json.Unmarshal(raw, &from) != nil || from.Query != here.Query {
			return nil, "", invalid("The page token is not valid for this request.")
		}
		here = from
	}
	rest := l.after(here.After)
	page = rest[:min(max(0, p.page(l.name, size)), len(rest))]
	if len(page) == len(rest) {
		return page, "", nil
	}
	if len(page) > 0 {
		here.After = l.key(page[len(page)-1])
	}
	raw, _ := json.Marshal(here) // two strings
	return page, base64.RawURLEncoding.EncodeToString(raw), nil
}

func (l list[E]) after(key string) []E {
	if key == "" {
		return l.items
	}
	first := slices.IndexFunc(l.items, func(item E) bool {
		if l.descending {
			return l.key(item) < key
		}
		return l.key(item) > key
	})
	if first < 0 {
		return nil
	}
	return l.items[first:]
}

func fingerprint(query []string) string {
	raw, _ := json.Marshal(query) // strings
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// pageSize reads a size: 0 and none are the fallback, more than most is most.
func pageSize(text string, fallback, most int) (int, error) {
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalid("page_size %q is not a number from 0 on.", text)
	}
	if n == 0 {
		return fallback, nil
	}
	return min(n, most), nil
}
