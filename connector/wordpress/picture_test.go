package wordpress_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/fake"
)

// gallery serves a picture at every path, another for each first letter, and counts.
type gallery struct {
	url  string
	mu   sync.Mutex
	hits int
}

func newGallery(t testing.TB) *gallery {
	t.Helper()
	g := &gallery{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.hits++
		g.mu.Unlock()
		_, _ = w.Write(dot(r.URL.Path[1]))
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gallery) served() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hits
}

// dot is a picture of one pixel, in a shade.
func dot(shade byte) []byte {
	var out bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 1, 1))
	img.SetGray(0, 0, color.Gray{Y: shade})
	_ = png.Encode(&out, img) // to memory
	return out.Bytes()
}

// illustrated is a document with a featured image and three pictures, two of them of the same bytes.
func illustrated(g *gallery) func(*stet.Document) {
	return func(d *stet.Document) {
		d.Hero = &stet.Image{URL: g.url + "/hero.png", Alt: "A hero"}
		d.Body.Text = "![One](" + g.url + "/a.png \"First\")\n\nText ![two](" + g.url + "/a-copy.png?x=1&y=2) goes on.\n\n[![three](" + g.url + "/b.png)](https://example.com/)\n"
	}
}

func files(wp *fake.Server) (list []fake.Post) {
	for _, p := range wp.Posts() {
		if p.Type == "attachment" {
			list = append(list, p)
		}
	}
	return list
}

func page(t testing.TB, wp *fake.Server, id string) fake.Post {
	t.Helper()
	for _, p := range wp.Posts() {
		if p.ID == atoi(id) {
			return p
		}
	}
	t.Fatalf("there is no post %s", id)
	return fake.Post{}
}

func TestPicturesAreUploadedOnceAndShown(t *testing.T) {
	g := newGallery(t)
	for _, body := range []string{"blocks", "html"} {
		wp, c := start(t, fake.Options{}, map[string]string{"body": body})
		w := write(1, illustrated(g))
		draft := create(t, c, w)
		if draft.Draft != want(t, c, w) || len(files(wp)) != 0 {
			t.Fatalf("%s: the draft is %+v, with %d files; want that of the write, and none", body, draft, len(files(wp)))
		}
		if err := c.Publish(t.Context(), draft.ID, w); err != nil {
			t.Fatal(err)
		}
		item := read(t, c, draft.ID)
		if item.Live != want(t, c, w) || item.Seq != 1 {
			t.Errorf("%s: the post is %+v; want the fingerprint of the write", body, item)
		}
		if n := len(files(wp)); n != 3 {
			t.Errorf("%s: there are %d files; want one for each content", body, n)
		}
		p := page(t, wp, item.ID)
		hero := page(t, wp, itoa(p.Media))
		if hero.Alt != "A hero" || hero.Title != "A hero" || hero.Slug != "stet-"+hero.Sum[:32] || hero.File != hero.Slug+".png" {
			t.Errorf("%s: the featured image is %+v", body, hero)
		}
		if strings.Contains(p.Content, g.url) || strings.Count(p.Content, "/wp-content/uploads/stet-") != 3 || len(regexp.MustCompile(`class="wp-image-\d+"`).FindAllString(p.Content, -1)) != 3 {
			t.Errorf("%s: the content is\n%s", body, p.Content)
		}
		// Another article, and a later version, take what is there.
		next := write(2, illustrated(g))
		next.Doc.Title = "Second"
		if err := c.Publish(t.Context(), item.ID, next); err != nil {
			t.Fatal(err)
		}
		other := write(1, illustrated(g))
		other.Marker, other.Doc.Slug = strings.Repeat("b", 26), "other"
		published(t, c, other)
		uploads := 0
		for _, c := range wp.Log() {
			if c.Op == "upload" {
				uploads++
			}
		}
		if n := len(files(wp)); n != 3 || uploads != 3 {
			t.Errorf("%s: there are %d files after three publishes, and were %d uploads; want 3", body, n, uploads)
		}
	}
}

func TestAPictureBlockIsTheOneThatTheEditorMakes(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, nil)
	item := published(t, c, write(1, func(d *stet.Document) { d.Body.Text = "![One](" + g.url + "/a.png)" }))
	file := files(wp)[0]
	id := itoa(file.ID)
	block := `<!-- wp:image {"id":` + id + `,"sizeSlug":"full","linkDestination":"none"} -->` + "\n" +
		`<figure class="wp-block-image size-full"><img src="`
	if p := page(t, wp, item.ID); !strings.HasPrefix(p.Content, block) || !strings.Contains(p.Content, file.File+`" alt="One" class="wp-image-`+id+`"/></figure>`) {
		t.Errorf("the content is\n%s\nwant\n%s...", p.Content, block)
	}
}

func TestAPersonsPicturesAreDrift(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, illustrated(g))
	item := published(t, c, w)
	mine := wp.Add(fake.Post{Type: "attachment", Status: "inherit", File: "mine.png", Slug: "mine"})
	was := page(t, wp, item.ID)
	var names []string
	for _, f := range files(wp) {
		names = append(names, f.File)
	}
	for what, change := range map[string]func(*fake.Post){
		"another featured image": func(p *fake.Post) { p.Media = mine },
		"none":                   func(p *fake.Post) { p.Media = 0 },
		"another picture":        func(p *fake.Post) { p.Content = strings.Replace(p.Content, names[1], "mine.png", 1) },
		"a picture for another":  func(p *fake.Post) { p.Content = strings.Replace(p.Content, names[1], names[2], 1) },
		"a smaller size":         func(p *fake.Post) { p.Content = strings.Replace(p.Content, ".png", "-150x150.png", 1) },
		"another text":           func(p *fake.Post) { p.Content = strings.Replace(p.Content, `alt="One"`, `alt="Uno"`, 1) },
	} {
		wp.Edit(was.ID, change)
		if seen := read(t, c, item.ID); seen.Live == want(t, c, w) && seen.Seq == 1 {
			t.Errorf("%s was not seen", what)
		}
		wp.Edit(was.ID, func(p *fake.Post) { *p = was })
	}
	if read(t, c, item.ID).Live != want(t, c, w) {
		t.Error("undone, it is still drift")
	}
}

func TestAPinnedPictureIsNotFetchedAgain(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, nil)
	published(t, c, write(1, illustrated(g)))
	var pin string
	for _, f := range files(wp) {
		if f.Alt == "A hero" {
			pin = f.Sum
		}
	}
	hits := g.served()
	w := write(1, func(d *stet.Document) { d.Slug, d.Hero = "pinned", &stet.Image{URL: g.url + "/hero.png", SHA256: pin} })
	w.Marker = strings.Repeat("b", 26)
	published(t, c, w)
	if g.served() != hits {
		t.Error("a picture whose hash is known and that is there was fetched")
	}
	w.Doc.Hero.SHA256 = strings.Repeat("0", 64)
	err := c.Publish(t.Context(), find(t, c, w)[0].ID, w)
	if e, is := err.(*stet.Error); !is || e.Code != "image_hash" || e.Pointer != "/hero_image" || e.Outcome != stet.NotApplied {
		t.Errorf("a picture with another hash: %v", err)
	}
}

func TestPicturesThatCannotBeHad(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, map[string]string{"image_addresses": ""})
	for text, code := range map[string]string{
		"![](" + g.url + "/a.png)":                     "address_refused",
		"![](data:image/png;base64,iVBORw0KGgo=)":      "image_data",
		"<p><img src=' DATA:image/png;base64,xx'></p>": "image_data",
	} {
		w := write(1, func(d *stet.Document) { d.Body.Text = text })
		item, err := c.Create(t.Context(), w)
		if err == nil {
			err = c.Publish(t.Context(), item.ID, w)
		}
		if e, is := err.(*stet.Error); !is || e.Code != code || e.Kind != stet.Invalid || e.Outcome != stet.NotApplied {
			t.Errorf("%s: %v; want %s", text, err, code)
		}
	}
	relative := write(1, func(d *stet.Document) { d.Slug, d.Body.Text = "relative", "![](/images/a.png) ![](b:c.png)" })
	relative.Marker = strings.Repeat("c", 26)
	if item := published(t, c, relative); item.Live != want(t, c, relative) || len(files(wp)) != 0 {
		t.Errorf("relative pictures without a base: %+v", item)
	}
}

func TestPicturesBelowABase(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, map[string]string{"assets": g.url + "/assets"})
	w := write(1, func(d *stet.Document) {
		d.Hero, d.Body.Text = &stet.Image{URL: "hero.png"}, "![](images/a.png) ![](fn:1.png)"
	})
	item := published(t, c, w)
	if item.Live != want(t, c, w) || len(files(wp)) != 1 || page(t, wp, item.ID).Media == 0 {
		t.Errorf("%+v, files %+v\n%s", item, files(wp), page(t, wp, item.ID).Content)
	}
}

func TestAFeaturedImageThatTheNextVersionDropsGoes(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, nil)
	item := published(t, c, write(1, illustrated(g)))
	next := write(2, nil)
	if err := c.Publish(t.Context(), item.ID, next); err != nil {
		t.Fatal(err)
	}
	if p := page(t, wp, item.ID); p.Media != 0 || read(t, c, item.ID).Live != want(t, c, next) {
		t.Errorf("the featured image is %d", p.Media)
	}
	// One that no version named is a person's.
	mine := files(wp)[0].ID
	wp.Edit(atoi(item.ID), func(p *fake.Post) { p.Media = mine })
	if err := c.Publish(t.Context(), item.ID, write(3, nil)); err != nil {
		t.Fatal(err)
	}
	if p := page(t, wp, item.ID); p.Media != mine {
		t.Errorf("a person's featured image was taken away")
	}
}

// Two writers upload the same picture at the same time: both show the first, and the second file goes.
func TestAPictureUploadedByTwoAtOnce(t *testing.T) {
	g := newGallery(t)
	var gate sync.WaitGroup
	gate.Add(2)
	wp := fake.New(fake.Options{BeforeCommit: func(c fake.Commit) {
		if c.Op == "upload" {
			gate.Done()
			gate.Wait()
		}
	}})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	var both sync.WaitGroup
	for i := range 2 {
		c := openAt(t, server.URL, nil)
		w := write(1, func(d *stet.Document) { d.Slug, d.Hero = d.Slug+itoa(i), &stet.Image{URL: g.url + "/a.png"} })
		w.Marker = strings.Repeat(string(rune('a'+i)), 26)
		item := create(t, c, w)
		both.Go(func() {
			if err := c.Publish(t.Context(), item.ID, w); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if list := files(wp); len(list) != 1 {
		t.Fatalf("there are %d files: %+v", len(list), list)
	}
	for _, p := range wp.Posts() {
		if p.Type == "post" && p.Media != files(wp)[0].ID {
			t.Errorf("a post shows %d", p.Media)
		}
	}
}

// A second file that a person has come to use stays.
func TestATwinThatIsUsedStays(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{}, nil)
	item := published(t, c, write(1, illustrated(g)))
	first := files(wp)[0]
	for _, use := range []func(*fake.Post, int){
		func(p *fake.Post, id int) { p.Media = id },
		func(p *fake.Post, id int) { p.Content = `<img class="alignleft wp-image-` + itoa(id) + `">` },
		nil,
	} {
		twin := wp.Add(fake.Post{Type: "attachment", Status: "inherit", Author: 1, File: strings.Replace(first.File, ".png", "-1.png", 1), Slug: first.Slug + "-2", Sum: first.Sum})
		mine := 0
		if use != nil {
			p := fake.Post{Type: "page", Status: "draft", Title: "Mine"}
			use(&p, twin)
			mine = wp.Add(p)
		}
		if err := c.Publish(t.Context(), item.ID, write(2, illustrated(g))); err != nil {
			t.Fatal(err)
		}
		if kept := len(files(wp)) == 4; kept != (use != nil) {
			t.Errorf("a twin: used %t, kept %t", use != nil, kept)
		}
		wp.Purge(twin)
		wp.Purge(mine)
	}
}

func TestPicturesGoThroughThePlugin(t *testing.T) {
	g := newGallery(t)
	wp := fake.New(fake.Options{Companion: true})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	f := openWith(t, server.URL, map[string]string{"plugin": "yes"})
	w := write(1, illustrated(g))
	item, err := f.(connector.Upserter).Upsert(t.Context(), w)
	if err != nil || item.Live != want(t, f, w) || item.Seq != 1 || len(files(wp)) != 3 {
		t.Errorf("%+v, %v, %d files", item, err, len(files(wp)))
	}
	if p := page(t, wp, item.ID); p.Media == 0 || strings.Contains(p.Content, g.url) {
		t.Errorf("the post is %+v", p)
	}
}

// A plugin that renames uploads must not make stet upload for ever.
func TestAnUploadThatIsRenamedStopsThePublish(t *testing.T) {
	g := newGallery(t)
	wp, c := start(t, fake.Options{Renames: true}, nil)
	w := write(1, func(d *stet.Document) { d.Hero = &stet.Image{URL: g.url + "/hero.png"} })
	err := c.Publish(t.Context(), create(t, c, w).ID, w)
	if e, is := err.(*stet.Error); !is || e.Code != "wp_picture_name" || e.Kind != stet.Configuration || e.Outcome != stet.NotApplied || len(files(wp)) != 1 {
		t.Errorf("%v, %d files; want a Configuration error after one", err, len(files(wp)))
	}
}
