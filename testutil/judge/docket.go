package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// perPlace is how many findings one rule may make about one run, session or user: the first few
// show what is wrong, the rest are counted. perRule bounds what a target that breaks every run costs.
const (
	perPlace = 5
	perRule  = 200
)

// A docket holds the rules by the moments they wait for, and the findings that they made.
type docket struct {
	waiting  [moments][]listener
	speaking *Rule // whose hook runs
	findings []Finding
	said     map[sentence]bool
	failed   map[string]int // hard findings by session, "" for those about none
	made     map[place]int
	withheld map[class]int
	total    map[class]int
}

type listener struct {
	rule *Rule
	hook func(*View)
}

// A place is what findings are counted by. Hard and soft ones are counted apart, so that advice never
// hides a failure.
type place struct {
	class
	user, session, run string
}

type class struct {
	rule string
	hard bool
}

// A sentence is what a finding says, whoever it is about: said once, it is not said again of the next user.
type sentence struct {
	class
	message string
}

func (d *docket) add(rule Rule) {
	hooks := rule.Hooks
	if rule.State != nil {
		hooks = rule.State()
	}
	for m := range moments {
		if hook := hooks.at(m); hook != nil {
			d.waiting[m] = append(d.waiting[m], listener{&rule, hook})
		}
	}
}

func (d *docket) hear(v *View, m moment) {
	for _, l := range d.waiting[m] {
		d.speaking = l.rule
		l.hook(v)
	}
}

// file takes in a finding, and tells whether it says what none said before; exact is its message to the nanosecond.
func (d *docket) file(f Finding, exact string) (news bool) {
	if d.made == nil {
		d.said, d.failed = map[sentence]bool{}, map[string]int{}
		d.made, d.withheld, d.total = map[place]int{}, map[class]int{}, map[class]int{}
	}
	at := place{class{f.Rule, f.Hard}, f.User, f.Session, f.Run}
	if f.Hard {
		d.failed[f.Session]++
	}
	if d.said[sentence{at.class, exact}] {
		return false
	}
	if d.total[at.class] >= perRule || d.made[at] >= perPlace {
		d.withheld[at.class]++
		return true
	}
	d.said[sentence{at.class, exact}] = true
	d.made[at]++
	d.total[at.class]++
	slices.Sort(f.Records)
	f.Records = slices.Compact(f.Records)
	d.findings = append(d.findings, f)
	return true
}

// explains tells whether a hard finding may say why a story stopped. That something was not measured
// does not.
func (d *docket) explains() bool {
	for c := range d.total {
		if c.hard && c.rule != Unmeasured {
			return true
		}
	}
	return false
}

// tally files how many findings were withheld, one finding for each rule and class.
func (d *docket) tally() {
	classes := slices.SortedFunc(maps.Keys(d.withheld), func(a, b class) int {
		return strings.Compare(a.rule, b.rule)
	})
	for _, c := range classes {
		d.findings = append(d.findings, Finding{
			Rule: c.rule, Hard: c.hard, Message: fmt.Sprintf("%d more findings like those before", d.withheld[c]),
		})
	}
}

func (d *docket) take() []Finding {
	found := d.findings
	d.findings = nil
	return found
}
