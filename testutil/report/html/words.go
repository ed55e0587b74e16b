package html

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// words are how templates say things.
var words = template.FuncMap{
	"duration": duration,
	"moment":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	"many":     report.Many,
	"join":     strings.Join,
	"class":    class,
	"sign":     sign,
	"bars":     bars,
	"medians":  medians,
	"times":    times,
	"text":     text,
}

var inText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// text escapes what stands between tags, and nowhere else: quotation marks stay as they are there, of which frames
// are full.
func text(s string) template.HTML { return template.HTML(inText.Replace(s)) }

// duration is short, and exact enough to be compared with a budget.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return round(float64(d)/float64(time.Millisecond)) + " ms"
	case d < 2*time.Minute:
		return round(d.Seconds()) + " s"
	}
	return d.Round(time.Second).String()
}

// round keeps three digits, and no zeros at the end of a fraction.
func round(x float64) string {
	text := strconv.FormatFloat(x, 'f', max(0, 2-int(math.Floor(math.Log10(x)))), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// class and sign say a verdict or decision in colour, and in shape.
func class(word string) string {
	switch word {
	case summary.Pass, summary.Proceed:
		return "good"
	case summary.Fail, summary.Rollback:
		return "bad"
	case summary.Investigate:
		return "warn"
	}
	return "open"
}

func sign(word string) string {
	return map[string]string{"good": "✔", "bad": "✘", "warn": "▲", "open": "○"}[class(word)]
}
