package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	nightsample "github.com/netra-systems/staging-e2e/testutil/nights/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// month is a report whose trend is that of twenty nights.
func month(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	trend, err := nights.Over(nightsample.Month(1), 20)
	require.NoError(t, err)
	return write(t, dir, summary.Options{Made: sample.Start, Trend: &trend, Verdict: summary.Verdict{Decision: summary.Investigate, Confidence: "HIGH"}})
}

func TestTheTrendLooksWellEverywhere(t *testing.T) {
	report := month(t)
	const section = `document.querySelector('#trend')`
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			w := open(t)
			w.prefer("prefers-color-scheme", scheme)
			w.visit(report)
			w.scroll("#trend")
			assert.True(t, ask[bool](w, section+`.checkVisibility()`))
			assert.Equal(t, 9, ask[int](w, section+`.querySelectorAll("svg.nights").length`), "a drawing for each phase and rule")
			assert.Empty(t, ask[[]string](w, `[...`+section+`.querySelectorAll('svg.nights')].filter(s => { const b = s.getBBox(), v = s.viewBox.baseVal; return b.x < 0 || b.y < 0 || b.x + b.width > v.width + 0.1 || b.y + b.height > v.height + 0.1 || !s.getAttribute('aria-label') }).map(s => s.outerHTML)`), "drawn outside of its picture, or nameless")
			w.shoot("trend")
			w.quiet()
		})
	}
	t.Run("phone", func(t *testing.T) {
		w := open(t)
		w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
		w.visit(report)
		w.scroll("#trend")
		assert.LessOrEqual(t, ask[int](w, `document.documentElement.scrollWidth`), 390, "it does not scroll sideways")
		w.shoot("trend")
		w.quiet()
	})
	t.Run("paper", func(t *testing.T) {
		w := open(t)
		w.visit(report)
		w.keep("trend.pdf", run(w, chromedp.PrintToPDF(chromedp.PDFPrintBackground())))
		w.quiet()
	})
}
