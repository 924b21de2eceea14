package wordpress

import (
	"context"
	"crypto/sha256"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stet"
	"stet/connector/wordpress/block"
)

// A picture is uploaded once for each content of a file, whatever its address, and its name in WordPress says so: the
// file and the slug of the attachment are stet- and the first half of the SHA-256. The fingerprint of a document must
// not depend on what was uploaded, so pictures are compared by the address that the document has for them; the note in
// the content tells which upload stands for which address.

// filePrefix and fileHash make the name of an uploaded file: 128 bits, so that nobody can make two pictures of one name.
const (
	filePrefix = "stet-"
	fileHash   = 32
	noteHash   = 12 // of fileHash, in a note
)

// fileName is how an uploaded picture is found again.
func fileName(sum string) string { return filePrefix + sum[:fileHash] }

var uploadName = regexp.MustCompile(`^` + filePrefix + `([0-9a-f]{32})(?:-\d+)?(?:-scaled)?(?:\.[A-Za-z0-9]+)+$`)

// uploadOf is the hash in the address of a picture that was uploaded, in its full size; empty for any other.
func uploadOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if m := uploadName.FindStringSubmatch(path.Base(u.Path)); m != nil {
		return m[1]
	}
	return ""
}

// sourceTag stands for the address of a picture in notes and fingerprints.
func sourceTag(address string) string {
	return short(sha256.Sum256([]byte("stet picture\x00"+strings.TrimSpace(address))), 13)
}

// shown is a picture as a note tells it: by the address that the document has, the upload that stands for it.
type shown struct {
	tag  string
	hash string // of an inline picture: the first noteHash digits
	id   int    // of the featured image
}

// placed is what was uploaded for a write.
type placed struct {
	hero   shown
	images []shown // every picture in the content that was uploaded, in order
}

func (p placed) note() string {
	text := ""
	if p.hero.id != 0 {
		text += " hero:" + p.hero.tag + "-" + strconv.Itoa(p.hero.id)
	}
	for i, img := range p.images {
		text += map[bool]string{true: " images:", false: "."}[i == 0] + img.tag + "-" + img.hash
	}
	return text
}

// parsePlaced reads what note has written.
func parsePlaced(hero, images string) (p placed) {
	tag, id, _ := strings.Cut(hero, "-")
	p.hero.tag = tag
	p.hero.id, _ = strconv.Atoi(id)
	for pair := range strings.SplitSeq(images, ".") {
		if tag, hash, ok := strings.Cut(pair, "-"); ok {
			p.images = append(p.images, shown{tag: tag, hash: hash})
		}
	}
	return p
}

// names gives the names to compare pictures by: that of its source for one that was uploaded for it, in the order of the
// note, and for one that has not been uploaded yet. A picture that a person put there has none.
func (s *site) names(p placed) func(string) string {
	next := 0
	return func(address string) string {
		hash := uploadOf(address)
		if hash == "" {
			if s.takes(address) {
				return sourceTag(address)
			}
			return ""
		}
		next++
		if next <= len(p.images) && strings.HasPrefix(hash, p.images[next-1].hash) {
			return p.images[next-1].tag
		}
		return ""
	}
}

// takes reports whether a picture of a text is to be uploaded: not one that the site has already.
func (s *site) takes(address string) bool {
	if s.pictures == nil || !s.pictures.Takes(address) {
		return false
	}
	u, err := url.Parse(strings.TrimSpace(address))
	own, _ := url.Parse(s.opt.url)
	return err == nil && !strings.EqualFold(u.Host, own.Host)
}

// wantPictures notes what a document wants of pictures.
func (s *site) wantPictures(out *wanted, doc stet.Document) {
	if s.pictures == nil {
		return
	}
	out.images = slices.DeleteFunc(block.Images(out.content), func(img block.Image) bool { return !s.takes(img.Source) })
	if doc.Hero != nil && s.pictures.Takes(doc.Hero.URL) {
		out.hero = doc.Hero
		out.parts[partMedia] = partOf(sourceTag(doc.Hero.URL))
	}
}

// place uploads what has to be, and puts the addresses of the uploads into what is wanted. All of it comes before the
// write of the post.
func (s *site) place(ctx context.Context, want wanted, doc stet.Document) (wanted, error) {
	pictures := map[string]block.Picture{}
	for _, img := range want.images {
		a, err := s.attachmentOf(ctx, stet.Image{URL: img.Source, Alt: img.Alt})
		if err != nil {
			return want, at(nothingSent(err), "/body/text")
		}
		hash := uploadOf(a.SourceURL)
		if hash == "" {
			return want, at(renamed(a.Slug, "the address "+a.SourceURL), "/body/text")
		}
		pictures[img.Source] = block.Picture{ID: a.ID, URL: a.SourceURL}
		want.placed.images = append(want.placed.images, shown{tag: sourceTag(img.Source), hash: hash[:noteHash]})
	}
	if want.hero != nil {
		a, err := s.attachmentOf(ctx, *want.hero)
		if err == nil {
			err = s.describe(ctx, a, *want.hero)
		}
		if err != nil {
			return want, at(nothingSent(err), "/hero_image")
		}
		want.placed.hero = shown{tag: sourceTag(want.hero.URL), id: a.ID}
	}
	if len(pictures) == 0 {
		return want, nil
	}
	opt := s.opt.body
	opt.Title, opt.Pictures = doc.Title, pictures
	content, err := block.Render(doc.Body, opt)
	if err != nil {
		return want, nothingSent(err)
	}
	want.content = content
	return want, nil
}
