package html

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// The measures of a distribution, in pixels.
const (
	barsWidth  = 420.0
	barsHeight = 46.0
	barsFoot   = 16.0
)

// bars draws a distribution on a logarithmic scale that reaches to the budget, which is drawn too.
func bars(p summary.Phase) template.HTML {
	if p.Count == 0 {
		return ""
	}
	low, high := p.Bars[0].From/2, max(p.Bars[len(p.Bars)-1].Until, p.Budget)
	scale := math.Log(float64(high)*1.15) - math.Log(float64(low))
	x := func(t time.Duration) float64 {
		return barsWidth * (math.Log(float64(max(t, low))) - math.Log(float64(low))) / scale
	}
	var most int64
	for _, b := range p.Bars {
		most = max(most, b.Count)
	}
	var d strings.Builder
	fmt.Fprintf(&d, `<svg class="bars" role="img" aria-label="distribution of %s: median %s, slowest %s, budget %s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">`,
		p.Name, duration(p.P50), duration(p.Max), duration(p.Budget), barsWidth, barsHeight+barsFoot, barsWidth, barsHeight+barsFoot)
	fmt.Fprintf(&d, `<path class="rail" d="M0 %.0fH%.0f"/>`, barsHeight, barsWidth)
	for _, b := range p.Bars {
		if b.Count > 0 {
			tall := max(barsHeight*float64(b.Count)/float64(most)*0.92, 2)
			fmt.Fprintf(&d, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s to %s: %d</title></rect>`,
				barClass(b, p.Budget), x(b.From), barsHeight-tall, max(x(b.Until)-x(b.From)-1, 1), tall, duration(b.From), duration(b.Until), b.Count)
		}
	}
	fmt.Fprintf(&d, `<text class="time" x="0" y="%.0f">%s</text>`, barsHeight+13, duration(low))
	if p.Budget > 0 {
		fmt.Fprintf(&d, `<path class="budget" d="M%.1f 0v%.0f"/><text class="time" x="%.1f" y="%.0f" text-anchor="end">budget %s</text>`, x(p.Budget), barsHeight, x(p.Budget)+2, barsHeight+13, duration(p.Budget))
	}
	fmt.Fprintf(&d, `<path class="median" d="M%.1f 4v%.0f"/>`, x(p.P50), barsHeight-4)
	d.WriteString("</svg>")
	return template.HTML(d.String())
}

func barClass(b summary.Bar, budget time.Duration) string {
	if budget > 0 && b.From > budget {
		return "bar over"
	}
	return "bar"
}
