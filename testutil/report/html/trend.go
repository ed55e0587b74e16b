package html

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// The measures of what is drawn over the nights, in pixels.
const (
	nightsWidth  = 200.0
	nightsHeight = 32.0
)

// medians draws those of a phase, one bar for each night from 0 to the highest. A night that did not see the phase
// has none.
func medians(l nights.Line) template.HTML {
	values, says := make([]float64, len(l.Points)), make([]string, len(l.Points))
	low, high := nights.Phase{}, nights.Phase{}
	for i, p := range l.Points {
		says[i] = "not measured"
		if p.Count == 0 {
			continue
		}
		values[i], says[i] = p.P50.Seconds(), duration(p.P50)
		if low.Count == 0 || p.P50 < low.P50 {
			low = p
		}
		if p.P50 > high.P50 {
			high = p
		}
	}
	return overNights(fmt.Sprintf("medians of %s over %s, from %s to %s", l.Name, report.Many(len(values), "night", "nights"), duration(low.P50), duration(high.P50)), values, says, l.Shift.Significant)
}

// times draws how often a rule was broken.
func times(r nights.Rule) template.HTML {
	values, says := make([]float64, len(r.Times)), make([]string, len(r.Times))
	total := 0
	for i, n := range r.Times {
		values[i], says[i] = float64(n), report.Many(n, "finding", "findings")
		total += n
	}
	return overNights(fmt.Sprintf("%s of %s over %s", report.Many(total, "finding", "findings"), r.Rule, report.Many(len(values), "night", "nights")), values, says, false)
}

// overNights draws a bar for each value, from 0. The last one is that of the latest night.
func overNights(label string, values []float64, says []string, bad bool) template.HTML {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	var d strings.Builder
	fmt.Fprintf(&d, `<svg class="nights" role="img" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">`,
		template.HTMLEscapeString(label), nightsWidth, nightsHeight, nightsWidth, nightsHeight)
	wide := min(nightsWidth/float64(max(len(values), 1)), 20)
	for i, v := range values {
		if v <= 0 {
			continue
		}
		class := "bar"
		if i == len(values)-1 && bad {
			class = "bar over"
		}
		tall := max(v/most*(nightsHeight-2), 2)
		fmt.Fprintf(&d, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`,
			class, float64(i)*wide, nightsHeight-1-tall, wide*0.8, tall, template.HTMLEscapeString(says[i]))
	}
	fmt.Fprintf(&d, `<path class="rail" d="M0 %.1fH%.0f"/></svg>`, nightsHeight-0.5, nightsWidth)
	return template.HTML(d.String())
}
