package agents

import (
	"context"
	"fmt"
	"strings"
)

// specialist is an agent with one tool.
type specialist struct {
	name string
	tool tool
}

func (s specialist) Name() string { return s.name }

func (s specialist) Run(ctx context.Context, task Task, report Reporter) (Answer, error) {
	if err := report.Started(s.name, task.Prompt); err != nil {
		return Answer{}, err
	}
	return step{agent: s.name, tool: s.tool, thoughts: 1}.finish(ctx, task, report)
}

// step is the work of one agent after it has started: thoughts, a tool where one fits, the answer.
type step struct {
	agent    string
	tool     tool
	thoughts int
}

// finish reports everything from the first thought to the completion.
func (s step) finish(ctx context.Context, task Task, report Reporter) (Answer, error) {
	reading := Read(task.Prompt)
	chosen, ok := s.choose(task, reading)
	if !ok {
		return s.finishWithoutTool(ctx, task, reading, report)
	}
	for i, thought := range chosen.thoughts(reading)[:s.thoughts] {
		if err := report.Thinking(s.agent, thought, i+1); err != nil {
			return Answer{}, err
		}
	}
	found, err := s.useTool(ctx, chosen, reading, task, report)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Text: sign(found.sentence, reading), Result: found.result}
	return answer, report.Completed(s.agent, answer)
}

// choose picks the step's own tool when there are figures, the follow-up when there are none.
func (s step) choose(task Task, reading Reading) (tool, bool) {
	if len(reading.Figures) > 0 {
		return s.tool, true
	}
	if scale, ok := followUp(task.Prompt); ok && task.Previous != nil {
		return scaleTool(scale, task.Previous), true
	}
	return tool{}, false
}

func (s step) useTool(ctx context.Context, t tool, reading Reading, task Task, report Reporter) (outcome, error) {
	arguments := parameters(reading)
	if len(reading.Figures) == 0 {
		arguments = map[string]any{"previous": task.Previous}
	}
	if err := report.ToolExecuting(s.agent, t.name, arguments); err != nil {
		return outcome{}, err
	}
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	found := t.run(reading)
	return found, report.ToolCompleted(s.agent, t.name, found.results)
}

func (s step) finishWithoutTool(ctx context.Context, task Task, reading Reading, report Reporter) (Answer, error) {
	count := len(strings.Fields(task.Prompt))
	thought := fmt.Sprintf("Looking for figures in the %d words of the request and finding none.", count)
	if err := report.Thinking(s.agent, thought, 1); err != nil {
		return Answer{}, err
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	sentence := fmt.Sprintf("I can rank, add up, average and price the figures that you send me; your message of %d words holds none.", count)
	if _, ok := followUp(task.Prompt); ok {
		sentence = fmt.Sprintf("This conversation holds no earlier result that your message of %d words could refer to.", count)
	}
	answer := Answer{Text: sign(sentence, reading)}
	return answer, report.Completed(s.agent, answer)
}

// sign quotes the prompt's reference code at the end of an answer.
func sign(sentence string, r Reading) string {
	if r.Reference == "" {
		return sentence
	}
	return sentence + " (reference " + r.Reference + ")"
}
