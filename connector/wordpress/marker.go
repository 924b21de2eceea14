package wordpress

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A draft of ours has a marker slug. It is in the same row as the post, so it cannot be lost between two writes, and it
// is secret until the post is published under its final slug. From then on a comment in the content tells whose the post
// is. The public can read that comment, so it holds a tag that is derived from the marker and does not give it away. It
// names the post it stands in: a copy that somebody makes in WordPress carries the comment, but not as its own.
//
// The comment also tells the sequence of the write and what that write wanted of everything outside of the row (parts),
// because WordPress stores terms and meta after the row and may fail in between: see parts.go. And it
// tells which picture of the site stands for which address of the document: see picture.go.

const (
	slugPrefix = "stet-"
	maxSuffix  = 9 // stet-…-2 to -9 are looked for too: several creates that were never answered
	trashed    = "__trashed"
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func short(sum [sha256.Size]byte, length int) string {
	return base32Lower.EncodeToString(sum[:])[:length]
}

// tagOf is what the public comment holds in place of the marker.
func tagOf(marker string) string {
	return short(sha256.Sum256([]byte("stet content tag\x00"+marker)), 26)
}

// slugsOf are the slugs that a draft with this marker can have.
func slugsOf(marker string) []string {
	var slugs []string
	for n := 1; n <= maxSuffix; n++ {
		slug := slugPrefix + marker
		if n > 1 {
			slug += "-" + strconv.Itoa(n)
		}
		slugs = append(slugs, slug, slug+trashed)
	}
	return slugs
}

var markerSlug = regexp.MustCompile(`^` + slugPrefix + `([a-z2-7]{26})(?:-\d+)?(?:` + trashed + `)?$`)

// markerOf is the marker in a slug, empty where it has none.
func markerOf(slug string) string {
	if m := markerSlug.FindStringSubmatch(slug); m != nil {
		return m[1]
	}
	return ""
}

// note is the comment in the content.
type note struct {
	tag  string
	id   int // of the post it stands in; 0 in a draft that had no id yet
	seq  int64
	want parts // what the write wanted
	was  parts // what was there before it
	placed
}

func (n note) String() string {
	id, was := "", ""
	if n.id != 0 {
		id = fmt.Sprintf(" id:%d", n.id)
	}
	if n.was != n.want {
		was = " was:" + n.was.String()
	}
	return fmt.Sprintf("<!-- stet:%s%s seq:%d parts:%s%s%s -->", n.tag, id, n.seq, n.want, was, n.placed.note())
}

var noteText = regexp.MustCompile(`<!-- stet:([a-z2-7]{26})(?: id:(\d+))? seq:(\d+) parts:([a-z2-7.-]+?)(?: was:([a-z2-7.-]+?))?(?: hero:([a-z2-7]+-\d+))?(?: images:([a-z2-7.0-9-]+))? -->`)

// noteBlock is a note with the block that holds it, so that the block editor has no loose text to complain of.
var noteBlock = regexp.MustCompile(`(?:\s*<!-- wp:html -->\s*)?` + noteText.String() + `(?:\s*<!-- /wp:html -->)?`)

// readNote finds the note in a content, and gives the content without it.
func readNote(content string) (n note, rest string, found bool) {
	m := noteText.FindStringSubmatch(content)
	if m == nil {
		return note{}, content, false
	}
	n.tag = m[1]
	n.id, _ = strconv.Atoi(m[2])
	n.seq, _ = strconv.ParseInt(m[3], 10, 64)
	n.want, n.was = parseParts(m[4]), parseParts(m[4])
	if m[5] != "" {
		n.was = parseParts(m[5])
	}
	n.placed = parsePlaced(m[6], m[7])
	return n, noteBlock.ReplaceAllString(content, ""), true
}

var lastTag = regexp.MustCompile(`</(?:p|div|ul|ol|blockquote|figure|table|h[1-6]|section|pre)>\s*$`)

// withNote appends the note: as a block of its own, or in plain HTML within the last element, where WordPress's
// automatic paragraphs make no empty one of it.
func withNote(content string, n note, plainHTML bool) string {
	if !plainHTML {
		return strings.TrimLeft(content+"\n\n<!-- wp:html -->\n"+n.String()+"\n<!-- /wp:html -->", "\n")
	}
	if at := lastTag.FindStringIndex(content); at != nil {
		return content[:at[0]] + n.String() + content[at[0]:]
	}
	return content + n.String()
}
