package nights_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// A github is as much of GitHub as .ci/nightly meets: what gh reads and changes is a file between two calls.
type github struct {
	Issues    []*issue
	Labels    []string
	Artifacts any
	// Broken are beginnings of commands that GitHub refuses.
	Broken []string
	// Calls are the commands, as they were given.
	Calls []string
}

// An issue has the fields of GitHub's REST API, and its comments.
type issue struct {
	Number      int             `json:"number"`
	State       string          `json:"state"`
	Title       string          `json:"title"`
	Body        *string         `json:"body"`
	User        account         `json:"user"`
	Labels      []string        `json:"labels"`
	PullRequest json.RawMessage `json:"pull_request,omitempty"`
	Comments    []string        `json:"comments"`
}

type account struct {
	Login string `json:"login"`
}

const bot = "github-actions[bot]"

// gh does what gh would, on the file that GITHUB_STATE names, and returns how it ends.
func gh(args []string) int {
	var hub github
	path := os.Getenv("GITHUB_STATE")
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &hub)
	}
	if err == nil {
		err = hub.do(args)
	}
	hub.Calls = append(hub.Calls, strings.Join(args, " "))
	if text, failed := json.Marshal(hub); failed == nil {
		_ = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (g *github) do(args []string) error {
	line := strings.Join(args, " ")
	if slices.ContainsFunc(g.Broken, func(b string) bool { return strings.HasPrefix(line, b) }) {
		return fmt.Errorf("HTTP 403: Resource not accessible by integration")
	}
	switch {
	case strings.HasPrefix(line, "api --method GET repos/netra/suite/actions/artifacts "):
		return list(args, map[string]any{"artifacts": g.Artifacts})
	case strings.HasPrefix(line, "api --method GET --paginate repos/netra/suite/issues "):
		return g.list(args)
	case strings.HasPrefix(line, "api --silent repos/netra/suite/labels/"):
		if !slices.Contains(g.Labels, filepath.Base(line)) {
			return fmt.Errorf("HTTP 404: Not Found")
		}
		return nil
	case option(args, "--repo") != "netra/suite":
		return fmt.Errorf("no repository of ours: %s", line)
	}
	switch args[0] + " " + args[1] {
	case "label create":
		g.Labels = append(g.Labels, args[2])
		return nil
	case "run download":
		return os.WriteFile(filepath.Join(option(args, "--dir"), "nights.db"), []byte("of run "+args[2]), 0o600)
	case "issue create":
		return g.create(args)
	case "issue comment", "issue close":
		return g.change(args)
	}
	return fmt.Errorf("unknown command: %s", line)
}

func option(args []string, name string) string {
	if at := slices.Index(args, name); at >= 0 && at+1 < len(args) {
		return args[at+1]
	}
	return ""
}

// list prints what --jq makes of a page. gh has the same jq.
func list(args []string, page any) error {
	query, err := gojq.Parse(option(args, "--jq"))
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(os.Environ))
	if err != nil {
		return err
	}
	text, err := json.Marshal(page)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return err
	}
	for results := code.Run(plain); ; {
		switch result, more := results.Next(); v := result.(type) {
		case error:
			return v
		default:
			if !more {
				return nil
			}
			fmt.Println(v)
		}
	}
}

// list has pages of two, of all that have the label and are open, the newest first, as GitHub has.
func (g *github) list(args []string) error {
	if !slices.Contains(args, "labels=nightly") || !slices.Contains(args, "state=open") {
		return fmt.Errorf("the list is of other issues")
	}
	found := []*issue{}
	for _, i := range g.Issues {
		if i.State == "open" && slices.Contains(i.Labels, "nightly") {
			found = append(found, i)
		}
	}
	slices.Reverse(found)
	for page := range slices.Chunk(found, 2) {
		if err := list(args, page); err != nil {
			return err
		}
	}
	return nil
}

func (g *github) create(args []string) error {
	body, err := text(args)
	if err != nil {
		return err
	}
	if !slices.Contains(g.Labels, option(args, "--label")) {
		return fmt.Errorf("could not add label: %q not found", option(args, "--label"))
	}
	g.Issues = append(g.Issues, &issue{
		Number: len(g.Issues) + 1, State: "open", Title: option(args, "--title"), Body: &body, User: account{bot}, Labels: []string{option(args, "--label")},
	})
	return nil
}

func (g *github) change(args []string) error {
	number, err := strconv.Atoi(args[2])
	if err != nil || number < 1 || number > len(g.Issues) {
		return fmt.Errorf("there is no issue %s", args[2])
	}
	i := g.Issues[number-1]
	comment := option(args, "--comment")
	if args[1] == "close" {
		i.State = "closed"
	} else if comment, err = text(args); err != nil {
		return err
	}
	i.Comments = append(i.Comments, comment)
	return nil
}

// text is what --body-file has; GitHub takes no more than this.
func text(args []string) (string, error) {
	body, err := os.ReadFile(option(args, "--body-file"))
	if err == nil && len([]rune(string(body))) > 65_536 {
		err = fmt.Errorf("HTTP 422: body is too long")
	}
	return string(body), err
}
