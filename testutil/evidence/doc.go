// Package evidence reads back what stories left behind and gathers what people need to see of it: every history
// is judged again, by today's rules, and what go test said of the stories is put beside it.
//
// The histories are the evidence; names of folders and verdicts of the past are not. It performs no I/O but
// reading, knows no target, and writes nothing: reports are made from it.
package evidence
