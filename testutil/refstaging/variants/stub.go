package variants

var times = map[string]variant{}
var texts = map[string]variant{}
var welcomes = map[string]variant{}
var endings = map[string]variant{}
var exchanges = map[string]variant{}
var paces = map[string]variant{}
