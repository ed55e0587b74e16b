package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// split gives each user a history of its own, as two machines would have written them.
func (s *story) split() []*story {
	var parts []*story
	for _, u := range s.users {
		part := &story{header: s.header}
		for _, r := range s.records {
			if r.User == u.label || r.User == "" {
				own := *r
				own.Seq = uint64(len(part.records) + 1)
				part.records = append(part.records, &own)
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// merged judges histories by what is held in the others.
func merged(parts ...*story) (found []Finding) {
	names := func(i int) string { return string(rune('A' + i)) }
	h := NewHoldings()
	for i, part := range parts {
		j := New(part.header)
		for _, r := range part.records {
			j.Observe(r)
		}
		j.Finish()
		h.Add(names(i), part.header.Target, j.Names())
	}
	for i, part := range parts {
		j := New(part.header, h.Rules(names(i), part.header.Target)...)
		for _, r := range part.records {
			found = append(found, j.Observe(r)...)
		}
		found = append(found, j.Finish()...)
	}
	return found
}

func rulesOf(found []Finding) (ids []string) {
	for _, f := range found {
		ids = append(ids, f.Rule)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestALeakIsFoundAcrossHistories(t *testing.T) {
	say := func(text string) obj { return obj{"type": "system_message", "message": text} }
	for name, tc := range map[string]struct {
		leak func(a *job, b *conn)
		want []string
	}{
		"a reference":            {func(a *job, b *conn) { b.recv(say(a.nonce), "") }, []string{"isolation/foreign-nonce"}},
		"a fresh user in a text": {func(a *job, b *conn) { b.recv(say("for "+a.email), "") }, []string{"isolation/foreign-user"}},
		"a user's id":            {func(a *job, b *conn) { b.recv(obj{"type": "system_message", "user_id": a.subject}, "") }, []string{"isolation/foreign-user"}},
		"an event": {func(a *job, b *conn) { leakTo(b) },
			[]string{"isolation/foreign-nonce", "isolation/foreign-run", "isolation/foreign-thread", "isolation/foreign-user"}},
		"a thread in a body":    {func(a *job, b *conn) { b.http(get("/api/threads", render(obj{"threads": []string{a.thread}})), nil) }, []string{"isolation/foreign-thread"}},
		"a run in a body":       {func(a *job, b *conn) { b.http(get("/api/threads", render(obj{"last": a.run})), nil) }, []string{"isolation/foreign-run"}},
		"a reference in a body": {func(a *job, b *conn) { b.http(get("/api/threads", render(obj{"title": a.nonce})), nil) }, []string{"isolation/foreign-nonce"}},
		"nothing":               {func(*job, *conn) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory()
			two(func(a *job, b *conn) { tc.leak(a.whole(), b) })(s)
			parts := s.end().split()
			found := merged(parts...)
			assert.Equal(t, tc.want, rulesOf(found))
			for _, f := range found {
				assert.True(t, f.Hard)
				assert.Equal(t, "A", f.Elsewhere.History, "%s", f)
				assert.Equal(t, "u1", f.Elsewhere.User)
				assert.Equal(t, "u2", f.User)
				assert.Contains(t, f.Message, f.Elsewhere.ID)
				require.Len(t, f.Records, 1)
				assert.Contains(t, textIn(parts[1].records[f.Records[0]-1]), f.Elsewhere.ID)
			}
			slices.Reverse(parts)
			assert.Equal(t, len(tc.want) > 0, len(merged(parts...)) > 0, "in whatever order they are read")
		})
	}
}

func textIn(r *history.Record) string {
	if r.Exchange != nil {
		return r.Exchange.Body
	}
	return r.Frame
}

// A user without the mark of fresh ones is found by name, where there are few.
func TestAnUnmarkedUserIsFoundAcrossHistories(t *testing.T) {
	s := newStory()
	a := s.user()
	a.subject = "3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611"
	a.login("simulation")
	a.connect().ask().whole().shut()
	b := s.user().connect()
	b.recv(obj{"type": "system_message", "message": "as " + a.subject + " said"}, "")
	b.shut()
	assert.Equal(t, []string{"isolation/foreign-user"}, rulesOf(merged(s.end().split()...)))
}

// Who is the same person in two histories may hear in one what is of the other; ids of two targets have nothing
// to do with each other.
func TestWhatIsNoLeakAcrossHistories(t *testing.T) {
	one := func(change func(*story)) *story {
		s := newStory()
		change(s)
		c := s.user().connect()
		c.ask().whole()
		c.http(get("/api/threads", render(obj{"threads": []string{"thread_chat_4_00007bbc"}})), nil)
		c.shut()
		return s.end()
	}
	same := func(*story) {}
	assert.Empty(t, merged(one(same), one(same)), "the same user, told twice")
	elsewhere := one(func(s *story) { s.header.Target.API = "http://127.0.0.1:9" })
	for _, r := range elsewhere.records {
		if r.Login != nil {
			r.Login.Email, r.Login.Subject = "go-20250917-zzzzzzzzzz@staging.netrasystems.ai", "e2e-go-20250917-zzzzzzzzzz"
		}
	}
	for _, f := range merged(one(same), elsewhere) {
		assert.NotContains(t, []string{"isolation/foreign-run", "isolation/foreign-thread"}, f.Rule, "ids of another target")
	}
	assert.Empty(t, merged(crowd(2, 1).split()...), "users who only hear their own")
}
