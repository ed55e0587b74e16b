package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// TestMain lets the test binary stand in for the stories, and for what keeps a core busy.
func TestMain(m *testing.M) {
	if os.Getenv("PROOF_FAKE") != "" {
		os.Exit(fake(os.Getenv("STAGING_FAULT")))
	}
	if len(os.Args) == 2 && os.Args[1] == "burn" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// fake plays the stories that -test.run selects, which are red in the way that the fault's name tells.
func fake(fault string) (code int) {
	for _, story := range strings.Split(selected(), "|") {
		switch {
		case fakeStory(story, fault):
			code = 1
		case story != os.Getenv("PROOF_UNTOLD"):
			fmt.Printf("--- PASS: %s (0.00s)\n", story)
		}
	}
	return code
}

func selected() string {
	for _, arg := range os.Args[1:] {
		if names, ok := strings.CutPrefix(arg, "-test.run=^("); ok {
			return strings.TrimSuffix(names, ")$")
		}
	}
	return ""
}

func fakeStory(story, fault string) (red bool) {
	switch {
	case fault == "auth-hangs":
		<-make(chan int)
	case fault == "auth-second" && story != "TestStagingTwo", fault == "auth-seldom" && os.Getenv("STAGING_FAULT_SEED") != "3",
		fault == "auth-unseen", fault == "":
		return os.Getenv("PROOF_RED") != "" && os.Getenv("STAGING_VARIANT") == os.Getenv("PROOF_RED")
	}
	finding, suspects := "FINDING auth/token: refused\n", `[{"id":"auth-x","class":"other"},{"id":"auth-y","class":"other"},{"id":"auth-z","class":"tokens"}]`
	switch fault {
	case "auth-otherwise":
		finding = "advice  auth/token: slow\nFINDING infra/tcp: refused\n"
	case "auth-silent":
		finding = ""
	case "auth-mistaken":
		suspects = `[{"id":"a","class":"a"},{"id":"b","class":"b"},{"id":"c","class":"c"},{"id":"d","class":"tokens"}]`
	case "auth-undiagnosed":
		suspects = ""
	}
	dir := filepath.Join(os.Getenv("STAGING_ARTIFACTS"), "goldenpath", story+"-20261123T051703-1-1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		panic(err)
	}
	write(filepath.Join(dir, findingsName), finding)
	if suspects != "" {
		write(filepath.Join(dir, suspectsName), suspects)
		header, err := json.Marshal(history.Header{Version: history.Version})
		if err != nil {
			panic(err)
		}
		write(filepath.Join(dir, historyName), string(header)+"\n")
	}
	return true
}

func write(path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		panic(err)
	}
}
