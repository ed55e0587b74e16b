package gcp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Ready is the type of the condition that says whether a service or a revision serves.
const Ready = "Ready"

// The states of a [Condition] that decide.
const (
	Succeeded = "CONDITION_SUCCEEDED"
	Failed    = "CONDITION_FAILED"
)

// A Service is the state of a Cloud Run service.
type Service struct {
	Name          string // short
	Generation    int64  // that was asked for
	Observed      int64  // that the rest of the state is about
	Reconciling   bool
	Terminal      Condition
	Conditions    []Condition
	LatestCreated string // short name of a revision
	LatestReady   string // likewise
	Traffic       []Share
	URI           string
	Updated       time.Time // when somebody last changed what is asked for, such as where the traffic goes
}

// Percent is how much of the traffic reaches a revision.
func (s Service) Percent(revision string) int {
	percent := 0
	for _, share := range s.Traffic {
		to := share.Revision
		if to == "" && share.Latest {
			to = s.LatestReady
		}
		if to == revision {
			percent += share.Percent
		}
	}
	return percent
}

// A Condition is one aspect of a service or revision.
type Condition struct {
	Type    string    `json:"type"`
	State   string    `json:"state"`
	Message string    `json:"message"`
	Since   time.Time `json:"lastTransitionTime"`
	// Why it is so, of which one is set: of a service, of a revision, of an execution.
	Reason          string `json:"reason"`
	RevisionReason  string `json:"revisionReason"`
	ExecutionReason string `json:"executionReason"`
}

// Cause is the reason that the condition gives, whichever kind it is; empty if none.
func (c Condition) Cause() string {
	for _, why := range []string{c.Reason, c.RevisionReason, c.ExecutionReason} {
		if why != "" {
			return why
		}
	}
	return ""
}

// A Share is a part of a service's traffic.
type Share struct {
	Latest   bool   // goes to whatever is the latest ready revision
	Revision string // short name; may be empty if Latest
	Percent  int
	Tag      string
}

// A Revision is one deployment of a service.
type Revision struct {
	Name         string // short
	Service      string // short
	Created      time.Time
	Image        string // of the first container
	MinInstances int
	MaxInstances int
	Reconciling  bool
	Conditions   []Condition
}

// Digest is the digest that the image is named by, "sha256:…", or empty if it is named by a tag only.
func (r Revision) Digest() string {
	_, digest, _ := strings.Cut(r.Image, "@")
	return digest
}

// Ready is the condition that says whether the revision serves; its zero value is none.
func (r Revision) Ready() Condition { return condition(r.Conditions, Ready) }

func condition(all []Condition, kind string) Condition {
	for _, c := range all {
		if c.Type == kind {
			return c
		}
	}
	return Condition{}
}

// Baseline is the revision of a service that a deployment replaces: the given one or, without that, the
// newest that was ready of those created before the deployment began, which is zero if nobody knows when that
// was. It is false if there is none. Of a given one that is not in the list only the name is known.
func Baseline(all []Revision, service, given string, began time.Time) (Revision, bool) {
	if given != "" {
		return Named(all, service, Short(given)), true
	}
	var newest Revision
	for _, r := range all {
		if r.Ready().State == Succeeded && r.Created.Before(began) && r.Created.After(newest.Created) {
			newest = r
		}
	}
	return newest, newest.Name != ""
}

// Named is the revision with the name. Of one that is not in the list only the name is known.
func Named(all []Revision, service, name string) Revision {
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	return Revision{Name: name, Service: service}
}

// Short is the last segment of a resource name.
func Short(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// ownerOf is the service in the full name of a revision, empty if there is none.
func ownerOf(name string) string {
	_, rest, _ := strings.Cut(name, "/services/")
	owner, _, _ := strings.Cut(rest, "/")
	return owner
}

// ParseService reads the answer to services.get.
func ParseService(body string) (Service, error) {
	var w struct {
		Name          string      `json:"name"`
		Generation    integer     `json:"generation"`
		Observed      integer     `json:"observedGeneration"`
		Reconciling   bool        `json:"reconciling"`
		Terminal      Condition   `json:"terminalCondition"`
		Conditions    []Condition `json:"conditions"`
		LatestCreated string      `json:"latestCreatedRevision"`
		LatestReady   string      `json:"latestReadyRevision"`
		Traffic       []struct {
			Type     string  `json:"type"`
			Revision string  `json:"revision"`
			Percent  integer `json:"percent"`
			Tag      string  `json:"tag"`
		} `json:"trafficStatuses"`
		URI     string    `json:"uri"`
		Updated time.Time `json:"updateTime"`
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return Service{}, fmt.Errorf("read the state of a service: %w", err)
	}
	if w.Name == "" {
		return Service{}, fmt.Errorf("read the state of a service: it has no name")
	}
	s := Service{
		Name: Short(w.Name), Generation: int64(w.Generation), Observed: int64(w.Observed), Reconciling: w.Reconciling,
		Terminal: w.Terminal, Conditions: w.Conditions,
		LatestCreated: Short(w.LatestCreated), LatestReady: Short(w.LatestReady), URI: w.URI, Updated: w.Updated,
	}
	for _, t := range w.Traffic {
		s.Traffic = append(s.Traffic, Share{t.Type == "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", Short(t.Revision), int(t.Percent), t.Tag})
	}
	return s, nil
}

// ParseRevisions reads one page of revisions.list. Next is empty on the last one.
func ParseRevisions(body string) (all []Revision, next string, err error) {
	var w struct {
		Revisions []struct {
			Name       string    `json:"name"`
			Service    string    `json:"service"`
			Created    time.Time `json:"createTime"`
			Containers []struct {
				Image string `json:"image"`
			} `json:"containers"`
			Scaling struct {
				Min integer `json:"minInstanceCount"`
				Max integer `json:"maxInstanceCount"`
			} `json:"scaling"`
			Reconciling bool        `json:"reconciling"`
			Conditions  []Condition `json:"conditions"`
		} `json:"revisions"`
		Next string `json:"nextPageToken"`
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, "", fmt.Errorf("read the revisions of a service: %w", err)
	}
	for _, r := range w.Revisions {
		revision := Revision{
			Name: Short(r.Name), Service: cmp.Or(Short(r.Service), ownerOf(r.Name)), Created: r.Created,
			MinInstances: int(r.Scaling.Min), MaxInstances: int(r.Scaling.Max), Reconciling: r.Reconciling, Conditions: r.Conditions,
		}
		if len(r.Containers) > 0 {
			revision.Image = r.Containers[0].Image
		}
		all = append(all, revision)
	}
	return all, w.Next, nil
}
