package agents

import (
	"context"
	"fmt"
	"strings"
)

// supervisor answers a simple prompt itself, with the tool that the prompt's words ask for, and hands
// a full analysis to all specialists (docs/protocol/websocket.md, section 5.4).
type supervisor struct{}

func (supervisor) Name() string { return supervisorName }

func (s supervisor) Run(ctx context.Context, task Task, report Reporter) (Answer, error) {
	if err := report.Started(supervisorName, task.Prompt); err != nil {
		return Answer{}, err
	}
	reading := Read(task.Prompt)
	if strings.Contains(fold(task.Prompt), "full analysis") && len(reading.Figures) > 0 {
		return s.delegate(ctx, task, reading, report)
	}
	return step{agent: supervisorName, tool: toolFor(task.Prompt), thoughts: 1}.finish(ctx, task, report)
}

// toolFor reads the tool from the words of the prompt; earlier rows win. Without any such word the
// figures are added up.
func toolFor(prompt string) tool {
	said := words(prompt)
	for _, row := range []struct {
		words []string
		tool  tool
	}{
		{[]string{"largest", "highest"}, rankBySize},
		{[]string{"sum", "total", "add"}, sumFigures},
		{[]string{"save", "saving", "savings", "cheaper"}, estimateSaving},
		{[]string{"hour", "hours", "effort", "work"}, planEffort},
		{[]string{"mean", "average"}, meanOfFigures},
	} {
		for _, word := range row.words {
			if said[word] {
				return row.tool
			}
		}
	}
	return sumFigures
}

// delegate nests the specialists in an orchestrator, all in the one run.
func (supervisor) delegate(ctx context.Context, task Task, reading Reading, report Reporter) (Answer, error) {
	plan := fmt.Sprintf("A full analysis of %s needs %d specialists, one after the other.", list(reading.Figures), len(team))
	if err := report.Thinking(supervisorName, plan, 1); err != nil {
		return Answer{}, err
	}
	findings, err := orchestrate(ctx, task, reading, report)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Text: sign(summary(findings), reading), Result: findings["data"].Result}
	return answer, report.Completed(supervisorName, answer)
}

func orchestrate(ctx context.Context, task Task, reading Reading, report Reporter) (map[string]Answer, error) {
	if err := report.Started(orchestratorName, task.Prompt); err != nil {
		return nil, err
	}
	findings := make(map[string]Answer, len(team))
	for _, member := range team {
		if err := report.Started(member.name, task.Prompt); err != nil {
			return nil, err
		}
		// Four thoughts are the least that section 5.4 demands of a nested agent.
		answer, err := step{agent: member.name, tool: member.tool, thoughts: 4}.finish(ctx, task, report)
		if err != nil {
			return nil, err
		}
		findings[member.name] = answer
	}
	done := fmt.Sprintf("All %d specialists have answered on %s.", len(team), list(reading.Figures))
	return findings, report.Completed(orchestratorName, Answer{Text: sign(done, reading)})
}

// summary opens with the sum, the headline of a full analysis, and then states the other results.
func summary(findings map[string]Answer) string {
	return fmt.Sprintf("The sum is %s. The largest figure is %s, the possible saving is %s, the effort is %s and the mean is %s.",
		findings["data"].Result, findings["triage"].Result, findings["optimization"].Result,
		findings["actions"].Result, findings["reporting"].Result)
}
