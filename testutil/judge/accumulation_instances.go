package judge

import (
	"fmt"
	"maps"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// growths are those of the instances that said the figure after a round that counts, by their ids. If none of
// them did so in enough rounds, lack says why. An instance that came or went meanwhile has few.
func (v *View) growths(f figure) (all []growth, lack Remark) {
	by, lack := v.byInstance(f)
	most := 0
	for _, instance := range slices.Sorted(maps.Keys(by)) {
		g := by[instance].measure(v.Use.cycles(), len(by))
		all = append(all, g)
		most = max(most, len(g.least))
	}
	if most < fewestRounds && lack.Text == "" {
		lack.Text = fmt.Sprintf("%s of one instance is known of %d rounds that count, fewer than %d: use the target for more rounds, or take more samples in each",
			f.member, most, fewestRounds)
	}
	return all, lack
}

// byInstance takes the least of each round that counts, from the samples of each instance. A sample whose
// instance is not known counts only if there is but one.
func (v *View) byInstance(f figure) (by map[string]*growth, lack Remark) {
	by, lack = map[string]*growth{}, v.unsaid(f)
	only := v.onlyInstance()
	for _, s := range v.Use.samples {
		value, says := s.figures[f.member]
		if !says {
			continue
		}
		instance := v.Cloud.InstanceOf(s.trace)
		if instance == "" && !only {
			if len(by) == 0 {
				lack = Remark{Seq: s.seq, Text: v.untold()}
			}
			continue
		}
		lack = Remark{}
		if s.round <= uncounted {
			continue
		}
		if by[instance] == nil {
			by[instance] = &growth{instance: instance}
		}
		by[instance].add(float64(s.round), value, s.seq)
	}
	return by, lack
}

// unsaid says why no sample has the figure, if none has.
func (v *View) unsaid(f figure) Remark {
	if r := v.Use.unsaid[f.path]; r.Seq != 0 {
		return Remark{Seq: r.Seq, Text: f.member + " is not known: " + r.Text}
	}
	return Remark{Text: f.member + " is not known: no sample of GET " + f.path + " says it"}
}

// untold says why the instances cannot be told apart.
func (v *View) untold() string {
	switch l := v.Cloud.Traced(); {
	case v.Header.Deployment == nil:
		return "the instances cannot be told apart: " + noProject
	case l.Asked() && !l.Whole():
		return "the instances cannot be told apart: " + l.Lacks
	}
	return "the instances cannot be told apart: the server's log does not say which of them answered the samples"
}

// onlyInstance tells whether no sample's instance is known, and there was but one that could answer.
func (v *View) onlyInstance() bool {
	for _, s := range v.Use.samples {
		if v.Cloud.InstanceOf(s.trace) != "" {
			return false
		}
	}
	for _, s := range v.Cloud.Services() {
		fresh, known := v.Cloud.New(s)
		if s.Role == history.Backend && known {
			count, constant := v.instances(s.Name, fresh.Name)
			return fresh.MaxInstances == 1 || constant && count == 1
		}
	}
	return false
}

// instances is how many instances a revision had, and whether they were as many all the while from the first
// round that counts.
func (v *View) instances(service, revision string) (n float64, constant bool) {
	l := v.Cloud.Series(history.ReadInstances, service, revision)
	if !l.Whole() || v.Use.Round <= uncounted {
		return 0, false
	}
	at := map[int64]float64{} // active and idle ones are counted apart
	for _, s := range l.Items {
		for _, p := range s.Points {
			if p.End.After(v.Use.began[uncounted]) {
				at[p.End.UnixNano()] += p.Value
			}
		}
	}
	for _, value := range at {
		if n != 0 && value != n {
			return 0, false
		}
		n = value
	}
	return n, n > 0
}

// roundOf is the round in which a point of a series lies, 0 if it is from before them.
func (u *Use) roundOf(p gcp.Point) int {
	for i := len(u.began); i > 0; i-- {
		if p.End.After(u.began[i-1]) {
			return i
		}
	}
	return 0
}
