package suite

import (
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// Health asks every health endpoint of the target, for criterion D3, and all of them again: what never
// changes is no proof.
func (s *Story) Health() {
	s.t.Helper()
	s.log.Remark(history.TopicMeasures, "D3")
	actor{s}.do(s.target.Health)
	actor{s}.do(s.target.Health)
}

// Discover asks for everything public that names the target's URLs. The criterion "served-urls" is not
// measured at a target that has nothing of it.
func (s *Story) Discover() {
	s.t.Helper()
	any, err := s.target.Discover(s.ctx)
	actor{s}.must(err)
	if !any {
		s.NotMeasured("served-urls", "the target serves neither configuration nor discovery")
	}
}

// CORS asks as a page of the target's app would, and as a page from elsewhere. The criterion "cors" is
// not measured at a target whose app is not known.
func (s *Story) CORS() {
	s.t.Helper()
	app := s.target.Describe().App
	if app == "" {
		s.NotMeasured("cors", "STAGING_APP_URL is not set")
		return
	}
	for _, origin := range []string{app, staging.ForeignOrigin} {
		actor{s}.must(s.target.CORS(s.ctx, origin))
	}
}

// UseApp reads and connects as the target's app does in a browser. Nothing happens at a target whose app is
// not known, which CORS says.
func (u *User) UseApp() {
	u.story.t.Helper()
	if u.story.target.Describe().App == "" {
		return
	}
	u.do(u.User.ReadFromApp)
	u.Connect(staging.FromApp()).Ping()
}

// SessionLimit is how many sessions the target allows one user. The criterion "session-limit" is not
// measured at a target that declares none, and ok is false.
func (s *Story) SessionLimit() (limit int, ok bool) {
	limit = s.target.Describe().SessionLimit
	if limit == 0 {
		s.NotMeasured("session-limit", "STAGING_SESSION_LIMIT is not set")
	}
	return limit, limit > 0
}
