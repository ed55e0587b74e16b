package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A file may hold a history, or what go test said.
type file struct {
	path  string
	named bool // by the caller, or as histories are: then it holds nothing else
}

// extension is that of histories, and of what go test said. A name that goes on after it is that of a copy, or of
// something compressed.
const extension = ".jsonl"

// serverSide is what the suite read of the server's logs about the findings of a story: it is beside the history, and
// no story of its own.
const serverSide = "server.jsonl"

// historyName begins the names of histories, and of copies that tools made of them.
const historyName = "history"

var (
	errNoFile = errors.New("histories are read more than once: write what it gives to a file, and name that")
	errPacked = errors.New("it seems to be compressed: unpack it first")
)

// packed end the names of compressed files.
var packed = []string{".gz", ".zst", ".xz", ".bz2", ".zip", ".br"}

// A search lists the files that may be evidence, each once, however many paths and links lead to it.
type search struct {
	files  []file
	unread []Unread
	seen   map[string]bool // files and folders, by where they really are
}

// find lists the files at the paths and below them. What looks like evidence and cannot be looked into is unread; a
// path that is not there is an error.
func find(paths []string) (*search, error) {
	s := &search{seen: map[string]bool{}}
	for _, path := range paths {
		if path == "-" {
			return nil, fmt.Errorf("read the evidence: standard input: %w", errNoFile)
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read the evidence: %w", err)
		case info.IsDir():
			s.folder(path)
		default:
			s.file(path, info, true)
		}
	}
	return s, nil
}

// folder looks through a folder, which links may lead back to.
func (s *search) folder(path string) {
	if s.known(path) {
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		s.lose(path, err)
	}
	for _, e := range entries {
		s.entry(filepath.Join(path, e.Name()), e)
	}
}

func (s *search) entry(path string, e fs.DirEntry) {
	isEvidence := strings.Contains(e.Name(), extension) && e.Name() != serverSide
	info, err := os.Stat(path)
	switch {
	case err != nil:
		if isEvidence || e.IsDir() {
			s.lose(path, err)
		}
	case info.IsDir():
		s.folder(path)
	case isEvidence:
		s.file(path, info, strings.HasPrefix(e.Name(), historyName))
	}
}

func (s *search) file(path string, info fs.FileInfo, named bool) {
	switch {
	case s.known(path):
	case !info.Mode().IsRegular():
		s.lose(path, errNoFile)
	default:
		s.files = append(s.files, file{path, named})
	}
}

func (s *search) lose(path string, err error) { s.unread = append(s.unread, Unread{path, err}) }

// known tells whether the path leads to where another has led before.
func (s *search) known(path string) bool {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	known := s.seen[path]
	s.seen[path] = true
	return known
}
