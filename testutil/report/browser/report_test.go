package browser

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
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
	w.do(chromedp.Evaluate(second+`.id = 'second'`, nil), chromedp.Click(`#second > summary`), chromedp.WaitVisible(`#second .proofs pre`))
	w.quiet()
}

func TestTheTimeLineIsDrawn(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	line := `document.querySelector('details.finding[open] svg.line')`
	assert.Greater(t, ask[float64](w, line+`.getBoundingClientRect().width`), 500.0)
	assert.Positive(t, ask[int](w, line+`.querySelectorAll('circle.proof').length`))
	assert.Equal(t, ask[int](w, line+`.querySelectorAll('path.rail').length`), ask[int](w, line+`.closest('.drawing').querySelectorAll('.lanes li').length`), "a label for each lane")
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
	w.do(chromedp.ScrollIntoView(mark), chromedp.Evaluate(`document.querySelector('`+mark+`').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))`, nil), chromedp.WaitVisible(shown))
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

// Without JavaScript everything is there all the same.
func TestItWorksWithoutJavaScript(t *testing.T) {
	w := open(t)
	w.do(emulation.SetScriptExecutionDisabled(true))
	w.visit(red(t))
	w.do(chromedp.Click(`details.finding > summary`), chromedp.WaitVisible(`details.finding[open] svg.line`), chromedp.WaitVisible(`details.finding[open] .proofs pre`))
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
				w.do(chromedp.Evaluate(fmt.Sprintf(`document.getElementById(%q).scrollIntoView({behavior: 'instant'})`, section), nil))
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
		w.do(chromedp.Evaluate(`document.querySelector('article.red').scrollIntoView({behavior: 'instant'})`, nil))
		w.shoot("findings")
		w.quiet()
	})
	t.Run("paper", func(t *testing.T) {
		w := open(t)
		w.visit(report)
		w.do(chromedp.ActionFunc(func(ctx context.Context) error {
			pdf, _, err := page.PrintToPDF().WithPreferCSSPageSize(true).Do(ctx)
			if err == nil {
				err = os.WriteFile(t.ArtifactDir()+"/report.pdf", pdf, 0o644)
			}
			return err
		}))
		w.quiet()
	})
}
