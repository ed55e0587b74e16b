package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

// Whoever cannot see the pictures, or has no mouse, gets there too.
func TestWhatCanBeReachedHasAName(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	for what, expression := range map[string]string{
		"marks without a name":       `[...document.querySelectorAll('svg.line a')].filter(a => !a.querySelector('title')?.textContent.trim()).map(a => a.getAttribute('href'))`,
		"pictures without a name":    `[...document.querySelectorAll('svg:not([aria-hidden])')].filter(s => !s.getAttribute('aria-label')).map(s => s.outerHTML.slice(0, 80))`,
		"regions of one name":        `(names => names.filter((n, i) => names.indexOf(n) !== i))([...document.querySelectorAll('[role=region]')].map(r => r.getAttribute('aria-label')))`,
		"empty headers of tables":    `[...document.querySelectorAll('th')].filter(h => !h.textContent.trim()).map(h => h.closest('table').className)`,
		"headings that skip a level": `[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1]).flatMap((level, i, all) => level > (all[i - 1] ?? 0) + 1 ? [String(i)] : [])`,
		"what scrolls without a key": `[...document.querySelectorAll('*')].filter(e => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth && e.checkVisibility() && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))`,
	} {
		assert.Empty(t, ask[[]string](w, expression), what)
	}
	assert.Equal(t, 1, ask[int](w, `document.querySelectorAll('h1').length`))
	assert.Equal(t, 1, ask[int](w, `document.querySelectorAll('main').length`))
	w.quiet()
}

// The keyboard leads from the top to a record that proves a finding, and what has the focus is seen.
func TestAKeyboardIsEnough(t *testing.T) {
	w := open(t)
	w.visit(red(t))
	at := func(selector string) bool { return ask[bool](w, `document.activeElement.matches('`+selector+`')`) }
	tab := func(to string) {
		t.Helper()
		for range 40 {
			w.do(chromedp.KeyEvent(kb.Tab))
			if at(to) {
				return
			}
			visible := ask[bool](w, `(e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' || e.matches('.line a') })(document.activeElement)`)
			assert.True(t, visible, "%s has the focus, which is not seen", ask[string](w, `document.activeElement.outerHTML.slice(0, 80)`))
		}
		assert.Fail(t, "not reached", to)
	}
	tab(".skip")
	w.do(chromedp.KeyEvent(kb.Enter))
	assert.Equal(t, "#findings", ask[string](w, `location.hash`))
	tab("details.finding > summary")
	w.do(chromedp.KeyEvent(kb.Enter))
	assert.False(t, ask[bool](w, `document.querySelector('details.finding').open`), "it closes")
	w.do(chromedp.KeyEvent(kb.Enter))
	tab(".line a")
	w.do(chromedp.KeyEvent(kb.Enter))
	assert.True(t, ask[bool](w, `document.querySelector('details.finding .shown').checkVisibility()`))
	w.quiet()
}

// On a phone nothing of what decides is beside the screen; on paper lanes have their names.
func TestSmallScreensAndPaperHaveItAll(t *testing.T) {
	report := red(t)
	w := open(t)
	w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	w.visit(report)
	beside := ask[[]string](w, `[...document.querySelectorAll('#checklist .scroll, #findings > .scroll, #latency .scroll')].filter(s => s.scrollWidth > s.clientWidth).map(s => s.getAttribute('aria-label'))`)
	assert.Empty(t, beside)

	paper := open(t)
	paper.media("print")
	paper.visit(report)
	assert.True(t, ask[bool](paper, `document.querySelector('svg .who').checkVisibility()`))
	assert.False(t, ask[bool](paper, `document.querySelector('nav').checkVisibility()`))
}
