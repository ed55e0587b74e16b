package replay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Leftovers are what a story left behind at its target.
type Leftovers struct {
	Header history.Header
	// Users are those who have left something, or may have, in the order of the story.
	Users []Left
	// Whole tells that the history has its end. Otherwise the process of the story died, and may have made threads
	// that the history does not know.
	Whole bool
}

// Left is what one user left behind: threads that she made and did not archive.
type Left struct {
	User, Email string
	Threads     []string
	// Unsure tells that she may have left more. She was made for the story, so that every thread of hers is the
	// story's.
	Unsure bool
}

// LeftIn reads what the story of a history left behind. What a damaged history held counts; the error then is the
// reader's.
func LeftIn(path string) (Leftovers, error) {
	r, err := history.ReadFile(path)
	if err != nil {
		return Leftovers{}, err
	}
	var all leavings
	for {
		next, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			whole := err == nil && r.Complete()
			return Leftovers{r.Header, all.left(whole), whole}, errors.Join(err, r.Close())
		}
		all.see(next)
	}
}

// leavings are what each user has made, by label.
type leavings struct {
	order    []string // of labels
	email    map[string]string
	made     map[string]bool // users who were made for the story
	threads  map[string][]string
	intrudes map[string]bool // runs that were asked on another user's thread
}

func (l *leavings) see(r *history.Record) {
	if l.email == nil {
		l.email, l.threads, l.intrudes, l.made = map[string]string{}, map[string][]string{}, map[string]bool{}, map[string]bool{}
	}
	switch r.Kind {
	case history.Login:
		if l.email[r.User] == "" {
			l.order = append(l.order, r.User)
		}
		l.email[r.User] = r.Login.Email
		l.made[r.User] = l.made[r.User] || r.Login.Method == "simulation"
	case history.Send, history.Recv:
		l.say(r)
	case history.HTTP:
		l.exchange(r)
	}
}

// say takes in the thread of a run. One that claims another user's thread makes none.
func (l *leavings) say(r *history.Record) {
	if i := r.Intent; i != nil && i.Spoofs != "" && i.Expect == history.Failure {
		l.intrudes[r.Run] = true
	}
	if r.Run != "" && r.Event != nil && !l.intrudes[r.Run] {
		l.make(r.User, r.Event.ThreadID)
	}
}

func (l *leavings) exchange(r *history.Record) {
	x := r.Exchange
	succeeded := x.Status >= 200 && x.Status < 300
	switch {
	case x.Purpose == history.PurposeThread && x.Method == http.MethodPost && succeeded:
		var made struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal([]byte(x.Body), &made) // another answer makes nothing that could be found
		l.make(r.User, made.ID)
	case x.Purpose == history.PurposeArchive && r.Intent == nil && (succeeded || x.Status == http.StatusNotFound):
		id := threadOf(x.URL)
		for user, threads := range l.threads { // it may be another login of the same user
			l.threads[user] = slices.DeleteFunc(threads, func(t string) bool { return t == id })
		}
	}
}

func threadOf(raw string) string {
	_, id, _ := strings.Cut(raw, "/api/threads/")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

func (l *leavings) make(user, thread string) {
	if thread != "" && !slices.Contains(l.threads[user], thread) {
		l.threads[user] = append(l.threads[user], thread)
	}
}

func (l *leavings) left(whole bool) (all []Left) {
	for _, user := range l.order {
		left := Left{user, l.email[user], l.threads[user], l.made[user] && !whole}
		if len(left.Threads) > 0 || left.Unsure {
			all = append(all, left)
		}
	}
	return all
}
