package cloud

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// entriesRequest is the body of entries:list.
type entriesRequest struct {
	Resources []string `json:"resourceNames"`
	Filter    string   `json:"filter"`
	Order     string   `json:"orderBy"`
	Size      int      `json:"pageSize"`
	Token     string   `json:"pageToken"`
}

type entriesPage struct {
	Entries []Entry `json:"entries,omitempty"`
	Next    string  `json:"nextPageToken,omitempty"`
}

// Page sizes of entries:list: the documented default, and the most (deployment.md 4).
const (
	entriesDefault = 50
	entriesMost    = 1000
)

func (p *Project) listEntries(r *http.Request) (any, error) {
	asked, err := p.readEntries(r)
	if err != nil {
		return nil, err
	}
	f, err := filter.Parse(asked.Filter, logFields)
	if err != nil {
		return nil, invalid("Unparseable filter: %s.", err)
	}
	all := list[Entry]{
		name: "entries", key: Entry.key, items: p.journal.find(f, p.cfg.Now()),
		query: append([]string{"entries", asked.Filter, asked.Order}, asked.Resources...),
	}
	switch asked.Order {
	case "", "timestamp", "timestamp asc":
	case "timestamp desc":
		all.descending = true
		slices.Reverse(all.items)
	default:
		return nil, invalid("order_by %q is none of timestamp asc and timestamp desc.", asked.Order)
	}
	var page entriesPage
	page.Entries, page.Next, err = all.cut(p, asked.Token, asked.Size)
	for i := range page.Entries {
		e := &page.Entries[i]
		e.Timestamp, e.Received = stamp(e.at), stamp(e.received)
	}
	return page, err
}

func (p *Project) readEntries(r *http.Request) (asked entriesRequest, err error) {
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return asked, invalid("Invalid JSON payload received. %s", err)
	}
	if len(asked.Resources) == 0 {
		return asked, invalid("resource_names names nothing to list from.")
	}
	for _, name := range asked.Resources {
		project, ok := strings.CutPrefix(name, "projects/")
		if !ok {
			return asked, invalid("resource name %q is not a project.", name)
		}
		if err := p.foreign(project, "logging.logEntries.list"); err != nil {
			return asked, err
		}
	}
	switch {
	case asked.Size < 0:
		return asked, invalid("page_size %d is negative.", asked.Size)
	case asked.Size == 0:
		asked.Size = entriesDefault
	}
	asked.Size = min(asked.Size, entriesMost)
	return asked, nil
}
