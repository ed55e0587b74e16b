package cloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Condition is a state of a service or revision.
type Condition struct {
	Type     string
	State    string
	Message  string
	Changed  time.Time
	Revision Reason // of a failure
}

// The states that occur.
const (
	reconciling = "CONDITION_RECONCILING"
	succeeded   = "CONDITION_SUCCEEDED"
	failed      = "CONDITION_FAILED"
)

// service finds what a request is about; the project is locked.
func (p *Project) service(r *http.Request, permission string) (*Service, error) {
	if err := p.foreign(r.PathValue("project"), permission); err != nil {
		return nil, err
	}
	name := r.PathValue("service")
	i := slices.IndexFunc(p.services, func(s *Service) bool { return s.Name == name })
	if i < 0 || r.PathValue("location") != p.cfg.Region {
		return nil, missing("Resource '%s' of kind 'SERVICE' in region '%s' in project '%s' does not exist.", name, r.PathValue("location"), p.cfg.Project)
	}
	return p.services[i], nil
}

func (p *Project) getService(r *http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.service(r, "run.services.get")
	if err != nil {
		return nil, err
	}
	return s.view(), nil
}

func (p *Project) getRevision(r *http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.service(r, "run.revisions.get")
	if err != nil {
		return nil, err
	}
	found := s.find(r.PathValue("revision"))
	if found == nil {
		return nil, missing("Resource '%s' of kind 'REVISION' in region '%s' in project '%s' does not exist.", r.PathValue("revision"), p.cfg.Region, p.cfg.Project)
	}
	return found.view(), nil
}

type servicePage struct {
	Services []wireService `json:"services,omitempty"`
	Next     string        `json:"nextPageToken,omitempty"`
}

func (p *Project) listServices(r *http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.foreign(r.PathValue("project"), "run.services.list"); err != nil {
		return nil, err
	}
	all := list[wireService]{name: "services", key: func(s wireService) string { return s.Name }, query: []string{"services", r.PathValue("location")}}
	if r.PathValue("location") == p.cfg.Region {
		for _, s := range p.services {
			all.items = append(all.items, s.view())
		}
	}
	slices.SortFunc(all.items, func(a, b wireService) int { return strings.Compare(a.Name, b.Name) })
	var page servicePage
	var err error
	page.Services, page.Next, err = fromQuery(p, r, all)
	return page, err
}

type revisionPage struct {
	Revisions []wireRevision `json:"revisions,omitempty"`
	Next      string         `json:"nextPageToken,omitempty"`
}

// listRevisions shows the newest first, as the platform does.
func (p *Project) listRevisions(r *http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.service(r, "run.revisions.list")
	if err != nil {
		return nil, err
	}
	all := list[wireRevision]{
		name: "revisions", key: func(r wireRevision) string { return r.Name }, descending: true,
		query: []string{"revisions", s.Name, r.URL.Query().Get("showDeleted")},
	}
	for _, r := range slices.Backward(s.revisions) {
		all.items = append(all.items, r.view())
	}
	var page revisionPage
	page.Revisions, page.Next, err = fromQuery(p, r, all)
	return page, err
}

// fromQuery cuts the page that pageSize and pageToken ask for.
func fromQuery[E any](p *Project, r *http.Request, all list[E]) ([]E, string, error) {
	q := r.URL.Query()
	size, err := pageSize(q.Get("pageSize"), 100, 1000)
	if err != nil {
		return nil, "", err
	}
	return all.cut(p, q.Get("pageToken"), size)
}
