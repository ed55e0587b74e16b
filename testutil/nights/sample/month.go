package sample

import "github.com/netra-systems/staging-e2e/testutil/nights"

// Month is twenty nights that have what a trend shows: two that were red, a story that comes and goes, one that
// nobody told at last, and in the last night answers that take 1.6 times as long.
func Month(seed uint64) []nights.Night {
	w := New(seed)
	w.Histograms = true
	all := w.Nights(19)
	all = append(all, w.Night(map[string]float64{"answer": 1.6}))
	red := func(night int, decision string, rule nights.Broken, stories ...int) {
		n := &all[night]
		n.Decision = decision
		n.Findings = append(n.Findings, rule)
		for _, i := range stories {
			n.Stories[i].Red = true
		}
	}
	red(5, "INVESTIGATE", nights.Broken{Rule: "latency/answer", Hard: true, Times: 2}, 7, 12)
	red(11, "ROLLBACK", nights.Broken{Rule: "isolation/foreign-run", Hard: true, Times: 6}, 1, 6, 11, 16)
	red(12, "ROLLBACK", nights.Broken{Rule: "isolation/foreign-run", Hard: true, Times: 4}, 1, 6, 11)
	red(19, "INVESTIGATE", nights.Broken{Rule: "latency/answer", Hard: true, Times: 1}, 7)
	for i := range all {
		all[i].Findings = append(all[i].Findings, nights.Broken{Rule: "deployment/startup-empty", Times: 1 + i%2})
	}
	all[11].Gaps = 1
	last := &all[len(all)-1]
	last.Stories = last.Stories[:len(last.Stories)-1]
	return all
}
