package browser

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// red is a report with a bit of everything.
func red(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrentUserWebSocketConnections", 4)
	sample.Silence(t, dir, "agentregistry", "TestStagingAgentExecutionFullFlow")
	detection, err := summary.ReadDetection(strings.NewReader(`{"version":1,"results":[{"id":"isolation-global-router","class":"isolation-global-router","outcome":"caught","story":"IdleListenerHearsNothing","rule":"isolation/foreign-run","rank":1}]}`))
	require.NoError(t, err)
	return write(t, dir, summary.Options{Made: sample.Start, Detection: detection, Verdict: summary.Verdict{
		Decision: summary.Rollback, Confidence: "HIGH", Reasons: []string{"F5 failed: users hear of each other", sample.Hostile},
		Criteria: []summary.Criterion{
			{ID: "D1", Verdict: summary.Pass, Evidence: "netra-backend-staging-00643-abc has all of the traffic"},
			{ID: "F5", Verdict: summary.Fail, Evidence: sample.Hostile},
		},
	}})
}

func TestAFindingShowsItsFrames(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	assert.True(t, ask[bool](w, `document.querySelector('details.finding').open`), "the first finding is open")
	second := `document.querySelectorAll('details.finding')[1]`
	frame := second + `.querySelector('.proofs pre')`
	require.False(t, ask[bool](w, frame+`.checkVisibility({contentVisibilityAuto: true})`))
	ask[any](w, second+`.id = 'second'`)
	w.do(chromedp.Click(chromedp.CSS(`#second > summary`)), chromedp.WaitVisible(chromedp.CSS(`#second .proofs pre`)))
	w.quiet()
}

func TestTheTimeLineIsDrawn(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	line := `document.querySelector('details.finding[open] svg.line')`
	assert.Greater(t, ask[float64](w, line+`.getBoundingClientRect().width`), 500.0)
	assert.Positive(t, ask[int](w, line+`.querySelectorAll('circle.proof').length`))
	assert.Equal(t, ask[int](w, line+`.querySelectorAll('path.rail').length`), ask[int](w, line+`.closest('.drawing').querySelectorAll('.lanes li').length`), "a label for each lane")
	assert.Zero(t, ask[int](w, line+`.closest('.scroll').scrollLeft`), "its proof is in sight: nothing is to be scrolled")
	misplaced := ask[[]string](w, `[...document.querySelectorAll('details.finding[open] svg.line, details.story svg.line')].flatMap(s => { const box = s.viewBox.baseVal; return [...s.querySelectorAll('a')].filter(a => { const b = a.getBBox(); return b.x < 0 || b.y < 0 || b.x + b.width > box.width || b.y + b.height > box.height }).map(a => a.getAttribute('href')) })`)
	assert.Empty(t, misplaced, "marks outside of their picture")
	nowhere := ask[[]string](w, `[...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href')).filter(h => !document.getElementById(h.slice(1)))`)
	assert.Empty(t, nowhere, "links that lead nowhere")
	twice := ask[[]string](w, `(ids => ids.filter((id, i) => ids.indexOf(id) !== i))([...document.querySelectorAll('[id]')].map(e => e.id))`)
	assert.Empty(t, twice, "ids that are there twice")
	w.quiet()
}

func TestAMarkShowsItsRecord(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	const mark = `details.finding[open] svg.line a:has(circle.proof)`
	const shown = `details.finding[open] .shown`
	ask[any](w, `document.querySelector('`+mark+` path').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})), null`)
	require.True(t, ask[bool](w, `document.querySelector('`+shown+`').checkVisibility()`))
	first := ask[string](w, `document.querySelector('`+shown+`').textContent`)
	assert.NotEmpty(t, first)
	w.do(chromedp.KeyEvent(kb.ArrowRight))
	second := ask[string](w, `document.querySelector('`+shown+`').textContent`)
	assert.NotEqual(t, first, second, "the arrow leads to the next record")
	w.do(chromedp.KeyEvent(kb.ArrowLeft))
	assert.Equal(t, first, ask[string](w, `document.querySelector('`+shown+`').textContent`))
	w.quiet()
}

func TestNoTextOfATargetActs(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	assert.Equal(t, "ROLLBACK – staging validation", ask[string](w, `document.title`))
	assert.Equal(t, 1, ask[int](w, `document.scripts.length`))
	assert.Zero(t, ask[int](w, `document.images.length`))
	assert.Contains(t, ask[string](w, `document.querySelector('.reasons').textContent`), "<script>", "it is there to be read")
	w.quiet()
}

// Without its script everything is there all the same, and opens.
func TestItWorksWithoutJavaScript(t *testing.T) {
	path := red(t)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	before, _, found := strings.Cut(string(text), "<script>")
	require.True(t, found)
	require.NoError(t, os.WriteFile(path, []byte(before+"</body></html>"), 0o644))
	w := open(t)
	w.visit(path)
	const finding = `document.querySelector('details.finding')`
	require.Zero(t, ask[int](w, `document.scripts.length`))
	require.False(t, ask[bool](w, finding+`.open`))
	ask[any](w, finding+`.id = 'first', null`)
	w.do(chromedp.Click(chromedp.CSS(`#first > summary`)), chromedp.WaitVisible(chromedp.CSS(`#first .proofs pre`)))
	assert.Greater(t, ask[float64](w, finding+`.querySelector('svg.line').getBoundingClientRect().width`), 500.0)
	ask[any](w, `location.hash = document.querySelector('#first svg.line a').getAttribute('href'), null`)
	assert.True(t, ask[bool](w, `document.querySelector(':target').checkVisibility()`), "a mark leads to its record, also where that is closed")
	w.shoot("no-script")
	w.quiet()
}

func TestItLooksWellEverywhere(t *testing.T) {
	report := red(t)
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			w := open(t)
			w.prefer("prefers-color-scheme", scheme)
			w.visit(report)
			w.shoot("top")
			for _, section := range []string{"findings", "latency", "isolation", "stories"} {
				w.scroll("#" + section)
				w.shoot(section)
			}
			w.quiet()
		})
	}
	t.Run("phone", func(t *testing.T) {
		w := open(t)
		w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
		w.visit(report)
		w.shoot("top")
		assert.LessOrEqual(t, ask[int](w, `document.documentElement.scrollWidth`), 390, "it does not scroll sideways")
		w.scroll("article.red")
		w.shoot("findings")
		w.quiet()
	})
	t.Run("paper", func(t *testing.T) {
		w := open(t)
		w.visit(report)
		w.keep("report.pdf", run(w, chromedp.PrintToPDF(chromedp.PDFPrintBackground())))
		w.quiet()
	})
}
