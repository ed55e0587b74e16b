package judge

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Thread is a conversation that a user made over REST, as far as the target's answers tell.
type Thread struct {
	ID, Title string
	Owner     *User
	Made      Moment // the answer that made it
	Archived  Moment // the answer that archived it; its Seq is 0 while it is open
}

// A Moment is an exchange: what begins after its end knows of it.
type Moment struct {
	Seq        uint64
	Begun, End time.Duration
}

// moment is the exchange at hand. A record is made when its exchange has ended.
func (v *View) moment() Moment {
	return Moment{v.Record.Seq, v.Now - v.Record.Exchange.Took, v.Now}
}

// before tells whether m had ended when o began.
func (m Moment) before(o Moment) bool { return m.Seq != 0 && m.End <= o.Begun }

// maxThreads bounds what a story can make the judge remember.
const maxThreads = 1024

// keepThread takes in what an exchange does to the user's threads.
func (v *View) keepThread() {
	x := v.Record.Exchange
	switch {
	case x.Purpose == history.PurposeThread && x.Method == http.MethodPost:
		v.made(x)
	case x.Purpose == history.PurposeThread && x.Method == http.MethodPut:
		v.renamed(x)
	case x.Purpose == history.PurposeArchive:
		v.archived(x)
	}
}

func (v *View) made(x *history.Exchange) {
	fields := object(x)
	id := text(fields, "id")
	if !succeeded(x) || id == "" || !ordinary(v.Record) || len(v.Threads) >= maxThreads {
		return
	}
	own(v.names.threads, id, v.User)
	id = strings.Clone(id)
	v.Threads[id] = &Thread{ID: id, Title: requested(x, "title"), Owner: v.User, Made: v.moment()}
}

func (v *View) renamed(x *history.Exchange) {
	if t, title := v.Threads[threadIn(x)], requested(x, "title"); t != nil && succeeded(x) && title != "" {
		t.Title = title
	}
}

// archived forgets a thread of which nobody knows any more whether it is archived.
func (v *View) archived(x *history.Exchange) {
	t := v.Threads[threadIn(x)]
	switch {
	case t == nil:
	case succeeded(x) && t.Archived.Seq == 0:
		t.Archived = v.moment()
	case x.Broken != nil || x.Status >= 500:
		delete(v.Threads, t.ID)
	}
}

// reopen takes in that a prompt opens the archived thread that it is sent on.
func (v *View) reopen() {
	if v.Run != nil && len(v.Threads) > 0 {
		if t := v.Threads[v.Run.Thread]; t != nil {
			t.Archived = Moment{}
		}
	}
}

// Asked returns the thread that the exchange at hand is about, if its user made it; nil if not.
func (v *View) Asked() *Thread {
	if len(v.Threads) == 0 {
		return nil
	}
	t := v.Threads[threadIn(v.Record.Exchange)]
	if t == nil || !t.Owner.is(v.User) {
		return nil
	}
	return t
}

// closed tells whether the exchange asks for a thread that was archived before. What a target must
// answer then is for threads/archived.
func (v *View) closed() bool {
	t := v.Asked()
	return t != nil && v.Record.Exchange.Purpose != history.PurposeArchive && t.Archived.before(v.moment())
}

const threadsPath = "/api/threads/"

// threadIn returns the id in /api/threads/ID and /api/threads/ID/messages; "" in other paths.
func threadIn(x *history.Exchange) string {
	u, err := url.Parse(x.URL)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(u.Path, threadsPath)
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// pageOf tells how many entries an answer may hold at most, and whether it leaves out the first.
func pageOf(x *history.Exchange, standard int) (size int, later bool) {
	u, err := url.Parse(x.URL)
	if err != nil {
		return standard, false
	}
	limit, _ := strconv.Atoi(u.Query().Get("limit"))
	offset, _ := strconv.Atoi(u.Query().Get("offset"))
	return cmp.Or(max(0, limit), standard), offset > 0
}

// requested is a text that the request's body asks for.
func requested(x *history.Exchange, name string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(x.Request), &fields) != nil {
		return ""
	}
	return text(fields, name)
}

// threadsOf returns the threads of the person, in the order in which they were made.
func (v *View) threadsOf(u *User) []*Thread {
	var own []*Thread
	for _, t := range v.Threads {
		if t.Owner.is(u) {
			own = append(own, t)
		}
	}
	slices.SortFunc(own, func(a, b *Thread) int { return cmp.Compare(a.Made.Seq, b.Made.Seq) })
	return own
}
