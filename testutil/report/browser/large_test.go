package browser

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Ten thousand events stay fluid to scroll: what is out of sight is not laid out. How long a frame takes is told
// and not judged, since machines differ.
func TestTenThousandEventsStayFluid(t *testing.T) {
	dir := t.TempDir()
	sample.Long(t, dir, "goldenpath", "TestStagingLong", 10_000)
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	path := write(t, dir, summary.Options{Made: sample.Start, Verdict: summary.Verdict{Decision: summary.Investigate, Confidence: "LOW"}})
	file, err := os.Stat(path)
	require.NoError(t, err)
	assert.Less(t, file.Size(), int64(5<<20))

	w := open(t)
	w.visit(path)
	ask[any](w, `document.querySelectorAll('#s1, #s1 .all').forEach(d => { d.open = true }), null`)
	listed := ask[int](w, `document.querySelectorAll('#s1 .records > li').length`)
	assert.Greater(t, listed, 9_000)
	w.scroll("#s1")
	w.shoot("long")
	median := await[float64](w, scrolling)
	laidOut := ask[int](w, `[...document.querySelectorAll('#s1 .records > li')].filter(r => r.checkVisibility({contentVisibilityAuto: true})).length`)
	t.Logf("%d records in %.1f MiB, %d of them laid out; the median of 60 frames while scrolling is %.0f ms", listed, float64(file.Size())/(1<<20), laidOut, median)
	assert.Less(t, laidOut, 1_000, "what is out of sight is laid out")
	w.scroll("#s1 .chunk:last-child > li:last-child")
	assert.True(t, ask[bool](w, `(b => b.top < innerHeight && b.bottom > 0)(document.querySelector('#s1 .chunk:last-child > li:last-child').getBoundingClientRect())`), "its last record can be reached")
	w.quiet()
}

// scrolling scrolls through the records for sixty frames, and gives the median of how long they took.
const scrolling = `new Promise(done => {
  const list = document.querySelector('#s1 .all'), took = [];
  const from = list.getBoundingClientRect().top + scrollY;
  let before = performance.now();
  const step = now => {
    took.push(now - before);
    before = now;
    if (took.length > 60) return done(took.slice(1).sort((a, b) => a - b)[30]);
    scrollTo({ top: from + took.length * list.scrollHeight / 61, behavior: 'instant' });
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`
