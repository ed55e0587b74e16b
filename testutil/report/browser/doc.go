// Package browser tests the HTML form of a report in a real browser: chromium or chrome on PATH. Where there is
// none its tests fail and say what to install; they never pass without having looked.
//
// Screenshots are artifacts of the tests: go test ./testutil/report/browser -artifacts -outputdir DIR
package browser
