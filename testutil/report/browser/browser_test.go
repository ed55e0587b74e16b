package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/html"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// patience is how long a test may take in all. A browser that starts on a busy machine takes its time, and no
// test says how long.
const patience = 3 * time.Minute

// names are how a browser may be called.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

var errNoBrowser = errors.New("no chromium and no chrome is on PATH, and a report must be seen in a real browser: install one, on Debian with \"apt-get install chromium\" (make browser)")

func find() (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

// A window is a page of a browser of its own, and what it complained of.
type window struct {
	context.Context
	t testing.TB

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// open starts a browser. Everything that the page says on its console, everything that it asks the network for,
// and every error of its scripts is kept.
func open(t testing.TB, options ...chromedp.ExecAllocatorOption) *window {
	t.Helper()
	path, err := find()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	all := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience), chromedp.WindowSize(1200, 900))
	if os.Geteuid() == 0 {
		all = append(all, chromedp.NoSandbox) // which root may not have; it opens only our own files
	}
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(all, options...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	w := &window{Context: ctx, t: t}
	w.do() // which opens it
	require.NoError(t, chromedp.Listen(ctx, w.hear))
	call(w, runtime.Enable, cdp.Empty{})
	call(w, log.Enable, cdp.Empty{})
	call(w, network.Enable, network.EnableParams{})
	return w
}

func (w *window) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		w.complaints = append(w.complaints, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		w.complaints = append(w.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
	}
}

// quiet fails the test if the page complained, or asked for anything but itself.
func (w *window) quiet() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Empty(w.t, w.complaints)
	require.Len(w.t, w.requests, 1, "a report needs nothing but itself: %v", w.requests)
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w, steps...))
}

// run returns what an action gives.
func run[T any](w *window, action chromedp.Action[T]) T {
	w.t.Helper()
	answer, err := chromedp.Run(w, action)
	require.NoError(w.t, err)
	return answer
}

// call calls a command of the browser's protocol.
func call[P, R any](w *window, command cdp.Command[P, R], params P) {
	w.t.Helper()
	_, err := chromedp.Call(w, command, params)
	require.NoError(w.t, err)
}

// visit opens a report and waits until it has been laid out.
func (w *window) visit(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate("file://"+filepath.ToSlash(path)), chromedp.WaitReady(chromedp.CSS("footer")))
}

// ask evaluates an expression.
func ask[T any](w *window, expression string) T {
	w.t.Helper()
	return run(w, chromedp.Evaluate[T](expression))
}

// await evaluates an expression that is a promise.
func await[T any](w *window, expression string) T {
	w.t.Helper()
	return run(w, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// prefer sets a media feature, such as prefers-color-scheme.
func (w *window) prefer(feature, value string) {
	w.t.Helper()
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
}

// media sets the medium, such as print.
func (w *window) media(medium string) {
	w.t.Helper()
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium})
}

// scroll brings what a selector names to the top of the window.
func (w *window) scroll(selector string) {
	w.t.Helper()
	ask[any](w, fmt.Sprintf(`document.querySelector(%q).scrollIntoView({behavior: 'instant'}), null`, selector))
}

// shoot keeps a picture of what is seen.
func (w *window) shoot(name string) {
	w.t.Helper()
	w.keep(name+".png", run(w, chromedp.CaptureScreenshot()))
}

func (w *window) keep(name string, file []byte) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(filepath.Join(w.t.ArtifactDir(), name), file, 0o644))
}

// write makes the report of a folder of histories, and returns its path.
func write(t testing.TB, dir string, o summary.Options) string {
	t.Helper()
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, o)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, errors.Join(html.Write(f, s), f.Close()))
	return path
}
