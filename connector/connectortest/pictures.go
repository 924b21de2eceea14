package connectortest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"stet"
)

// Library is a Judge that also knows the files of the CMS. Config.Pictures needs one.
type Library interface {
	// Files lists the files that hold a picture, one entry for each that the CMS has.
	Files(ctx context.Context) ([]JudgedFile, error)
}

// JudgedFile is a file as the CMS holds it.
type JudgedFile struct {
	ID     string // as JudgedItem.Image
	SHA256 string // of its bytes, in hex
}

// wall serves a picture at every path, the same for paths that are the same without what follows the first "~".
type wall struct{ *httptest.Server }

func (s *suite) hang() *wall {
	return &wall{httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(painted(r.URL.Path)) // a caller that has gone
	}))}
}

// painted is the picture of a path.
func painted(path string) []byte {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "~")
	sum := sha256.Sum256([]byte(name))
	img := image.NewRGBA(image.Rect(0, 0, 4, 2))
	for i := range 8 {
		img.Set(i%4, i/4, color.RGBA{R: sum[i*4], G: sum[i*4+1], B: sum[i*4+2], A: 255})
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // into memory
	return out.Bytes()
}

func paintedSum(name string) string {
	sum := sha256.Sum256(painted(name))
	return hex.EncodeToString(sum[:])
}

// illustrate gives a piece a featured image and one in its text; round tells its pictures apart from those of another.
func (b *bench) illustrate(p *piece, round int) {
	hero, inline := fmt.Sprintf("%s-hero%d", p.token, round), fmt.Sprintf("%s-inline%d", p.token, round)
	b.show(p, hero, inline)
}

// show gives a piece these pictures.
func (b *bench) show(p *piece, hero, inline string) {
	p.doc.Hero = &stet.Image{URL: b.suite.wall.URL + "/" + hero, Alt: "A picture"}
	p.inline = b.suite.wall.URL + "/" + inline
	p.pictures = []string{paintedSum(hero), paintedSum(inline)}
}

// illustrated is the operation of publishing a text with pictures that the CMS does not have.
func illustrated() operation {
	return operation{name: "pictures", not: always, ready: func(*bench, *piece) {}, act: func(b *bench, p *piece) {
		b.illustrate(p, 1)
		b.write(p)
	}}
}

// reillustrated is the operation of giving a text other pictures.
func reillustrated() operation {
	return operation{name: "other_pictures", few: true, not: always, ready: func(b *bench, p *piece) {
		b.illustrate(p, 1)
		b.write(p)
		b.settle()
	}, act: func(b *bench, p *piece) {
		b.illustrate(p, 2)
		b.write(p)
	}}
}

// sharedPictures: what the CMS has is not uploaded again, by no version and by no other content, wherever it is.
func (s *suite) sharedPictures(t T) {
	b := s.bench(t, 1)
	first, second := s.piece(), s.piece()
	b.illustrate(first, 1)
	b.write(first)
	b.settle()
	b.write(first)
	b.settle()
	b.show(second, first.token+"-hero1~elsewhere", first.token+"-hero1~again")
	b.write(second)
	b.settle()
	b.verify(first)
	b.verify(second)
}

// pinnedPicture: bytes that are not those the document means are refused, and nothing is public.
func (s *suite) pinnedPicture(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.illustrate(p, 1)
	p.doc.Hero.SHA256 = strings.Repeat("0", 64)
	p.pictures = nil
	b.write(p)
	b.settle()
	if f := b.judge(p); len(f.public) != 0 {
		t.Errorf("a text whose featured image is another one than it means was published: %+v", f.public)
	}
	b.illustrate(p, 1)
	p.doc.Hero.SHA256 = p.pictures[0]
	b.write(p)
	b.settle()
	b.verify(p)
}

// files counts the files of each hash, and gives the hash of each file.
func (b *bench) files() (count map[string]int, sumOf map[string]string) {
	list, err := b.suite.cfg.Judge.(Library).Files(context.WithoutCancel(b.t.Context()))
	if err != nil {
		b.t.Fatalf("ask the judge for files: %v", err)
	}
	count, sumOf = map[string]int{}, map[string]string{}
	for _, f := range list {
		count[f.SHA256]++
		sumOf[f.ID] = f.SHA256
	}
	return count, sumOf
}

// tidy publishes once more where a file is there twice: an upload that came late, when the first was in use. Nobody looks
// at the files of an article that has come to rest, and its next version must remove what is too much.
func (b *bench) tidy(p *piece) {
	if len(p.pictures) == 0 || p.wish == "" {
		return
	}
	count, _ := b.files()
	if slices.ContainsFunc(p.pictures, func(sum string) bool { return count[sum] > 1 }) {
		b.suite.report.LateFiles++
		b.write(p)
		b.settle()
	}
}

// missing says what is wrong with the pictures of a piece that is public.
func (b *bench) wrongPictures(p *piece, item JudgedItem) (wrong []string) {
	if len(p.pictures) == 0 {
		return nil
	}
	count, sumOf := b.files()
	for _, sum := range p.pictures {
		if n := count[sum]; n != 1 {
			wrong = append(wrong, fmt.Sprintf("there are %d files of the picture %.12s", n, sum))
			b.suite.report.FileTwins += max(0, n-1)
		}
	}
	if sum := sumOf[item.Image]; sum != p.pictures[0] {
		wrong = append(wrong, fmt.Sprintf("the featured image is %q (%.12s), it should be %.12s", item.Image, sum, p.pictures[0]))
	}
	return wrong
}
