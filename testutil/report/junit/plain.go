package junit

import "regexp"

// acting is what begins a mention, a reference to an issue, or a tag; a link or an image; and a fence of code.
var acting = regexp.MustCompile("([@#<])([0-9A-Za-z_/!?])|(\\])(\\()|(`)(`)")

// plain breaks up with a backslash, as report.Clean does with commands, what would act where a viewer takes the text
// for Markdown or HTML. The other forms of the report have the text as it was.
func plain(text string) string { return acting.ReplaceAllString(text, `$1$3$5\$2$4$6`) }
