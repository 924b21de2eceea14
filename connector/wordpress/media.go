package wordpress

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stet"
	"stet/internal/httpclient"
	"stet/internal/picture"
)

// attachment is a file in the media library.
type attachment struct {
	ID        int    `json:"id"`
	Slug      string `json:"slug"`
	SourceURL string `json:"source_url"`
	Alt       string `json:"alt_text"`
	Author    int    `json:"author"`
	Post      int    `json:"post"` // that it was uploaded to
	Created   string `json:"date_gmt"`
}

func mediaRoute(more ...string) string {
	return httpclient.Path(append([]string{"wp", "v2", "media"}, more...)...)
}

// attachmentOf is the upload that shows a picture. Where the document tells its hash and the site has it, nothing is
// fetched.
func (s *site) attachmentOf(ctx context.Context, img stet.Image) (attachment, error) {
	if sum := strings.ToLower(img.SHA256); len(sum) == 64 {
		all, err := s.attachments(ctx, sum)
		if err != nil || len(all) > 0 {
			return s.first(ctx, all), err
		}
	}
	p, err := s.pictures.Get(ctx, img)
	if err != nil {
		return attachment{}, err
	}
	s.files.Lock() // within this process nothing is uploaded twice; between two, the oldest decides
	defer s.files.Unlock()
	all, err := s.attachments(ctx, p.SHA256)
	if err != nil || len(all) > 0 {
		return s.first(ctx, all), err
	}
	return s.upload(ctx, p, img)
}

// upload stores a new file. It has no key, so whatever was answered, the library is looked at afterwards: that tells
// whether an upload whose answer was lost is there, and whether somebody else has uploaded the same at the same time.
func (s *site) upload(ctx context.Context, p picture.Picture, img stet.Image) (attachment, error) {
	sent := s.sendFile(ctx, p, img)
	if sent != nil && stet.OutcomeOf(sent) == stet.NotApplied {
		return attachment{}, sent
	}
	all, err := s.attachments(ctx, p.SHA256)
	switch {
	case err != nil:
		return attachment{}, errors.Join(err, sent)
	case len(all) == 0 && sent != nil:
		return attachment{}, sent
	case len(all) == 0:
		return attachment{}, renamed(fileName(p.SHA256), "another slug")
	}
	first := s.first(ctx, all)
	if sent != nil { // it may have ended before its smaller sizes were made
		s.finish(ctx, first)
	}
	return first, nil
}

// renamed says that an upload is there and cannot be known again. Trying again would only make more of them.
func renamed(name, how string) error {
	return notApplied(stet.Configuration, "wp_picture_name", "The site gave the upload %s %s, by which it cannot be found again: a plugin seems to rename or to convert uploads. "+
		"Let it leave names that begin with %s alone, or set the option images to keep.", name, how, filePrefix)
}

func (s *site) sendFile(ctx context.Context, p picture.Picture, img stet.Image) error {
	api, err := s.api(ctx)
	if err != nil {
		return nothingSent(err)
	}
	name := fileName(p.SHA256)
	alt := altOf(img)
	query := url.Values{"slug": {name}, "title": {cut(cmp.Or(alt, titleOf(img.URL)), maxTitle)}, "alt_text": {alt}, "_fields": {"id"}}
	sum := md5.Sum(p.Bytes) //nolint:gosec // the one hash that WordPress compares an upload with
	req := api.request(http.MethodPost, mediaRoute(), query)
	req.Body = p.Bytes
	req.Header = http.Header{"Content-Type": {p.Type}, "Content-Disposition": {fmt.Sprintf("attachment; filename=%q", name+p.Ext)},
		"Content-MD5": {hex.EncodeToString(sum[:])}}
	var made attachment
	if err := s.send(ctx, req, beforeFile, &made); err != nil {
		return err
	}
	if made.ID <= 0 {
		return unusable("the upload")
	}
	return nil
}

// titleOf is a name for a picture that has none: that of its file.
func titleOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "Picture"
	}
	name := path.Base(u.Path)
	return strings.TrimSuffix(name, path.Ext(name))
}

// maxAlt and maxTitle keep the address of an upload, which holds them, well below what servers take.
const (
	maxAlt   = 250
	maxTitle = 100
)

// altOf is an alternative text as WordPress keeps it: on one line.
func altOf(img stet.Image) string { return cut(strings.Join(strings.Fields(img.Alt), " "), maxAlt) }

func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit])
	}
	return text
}

var numbered = regexp.MustCompile(`^-\d+$`)

// attachments lists the uploads of one hash, the oldest first.
func (s *site) attachments(ctx context.Context, sum string) ([]attachment, error) {
	name := fileName(sum)
	slugs := []string{name}
	for n := 2; n <= maxSuffix; n++ {
		slugs = append(slugs, name+"-"+strconv.Itoa(n))
	}
	// Not in the edit context, which shows nobody the files of others. The login is proved by every other call.
	query := url.Values{"slug": {strings.Join(slugs, ",")}, "per_page": {strconv.Itoa(pageSize)}, "_fields": {"id,slug,source_url,alt_text,author,post,date_gmt"}}
	var list []attachment
	if _, err := s.get(ctx, mediaRoute(), query, &list); err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a attachment) bool { // WordPress ignores a filter it does not know
		rest, named := strings.CutPrefix(a.Slug, name)
		return a.ID <= 0 || !named || rest != "" && !numbered.MatchString(rest)
	})
	slices.SortFunc(list, func(a, b attachment) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// first is the upload that everybody takes. Any others were never taken, because whoever uploads looks before use.
func (s *site) first(ctx context.Context, all []attachment) attachment {
	if len(all) == 0 {
		return attachment{}
	}
	for _, twin := range all[1:] {
		if twin.Author != all[0].Author || twin.Post != 0 {
			continue
		}
		if err := s.removeFile(ctx, twin); err != nil { // tidiness only
			s.log.WarnContext(ctx, "a picture was uploaded twice and could not be removed", "id", twin.ID, "first", all[0].ID, "err", err)
		}
	}
	return all[0]
}

// removeFile deletes a twin that nothing uses.
func (s *site) removeFile(ctx context.Context, twin attachment) error {
	used, err := s.used(ctx, twin)
	if err != nil || used {
		return err
	}
	api, err := s.api(ctx)
	if err != nil {
		return err
	}
	var gone struct{}
	return s.send(ctx, api.request(http.MethodDelete, mediaRoute(strconv.Itoa(twin.ID)), url.Values{"force": {"true"}}), nil, &gone)
}

// maxUsers are the pages of posts that are looked at for the use of a file; with more of them it counts as used.
const maxUsers = 10

// used reports whether a post shows a file. It looks at what was changed since the file is there.
func (s *site) used(ctx context.Context, a attachment) (bool, error) {
	since := wpTime(a.Created)
	if since.IsZero() {
		return true, nil
	}
	class := regexp.MustCompile(`wp-image-` + strconv.Itoa(a.ID) + `\b`)
	query := url.Values{"context": {"edit"}, "status": {everywhere}, "per_page": {strconv.Itoa(pageSize)}, "_fields": {"id,content.raw,featured_media"},
		"modified_after": {since.Add(-2 * time.Second).Format("2006-01-02T15:04:05Z")}}
	for _, postType := range slices.Compact(slices.Sorted(slices.Values([]string{"posts", "pages", s.opt.postType}))) {
		used, err := s.usedBy(ctx, postType, query, func(p post) bool { return p.Media == a.ID || class.MatchString(p.Content.text()) })
		if err != nil || used {
			return true, err
		}
	}
	return false, nil
}

// usedBy reports whether a post of a type uses a file, or there are too many to say.
func (s *site) usedBy(ctx context.Context, postType string, query url.Values, uses func(post) bool) (bool, error) {
	for page := 1; page <= maxUsers; page++ {
		query.Set("page", strconv.Itoa(page))
		var list []post
		_, err := s.get(ctx, httpclient.Path("wp", "v2", postType), query, &list)
		if isCode(err, "rest_post_invalid_page_number") && page > 1 {
			return false, nil
		}
		if err != nil || slices.ContainsFunc(list, uses) {
			return true, err
		}
		if len(list) < pageSize {
			return false, nil
		}
	}
	return true, nil
}

// finish makes the smaller sizes of a picture whose upload was cut off (since WordPress 5.3). Without them it is shown all
// the same.
func (s *site) finish(ctx context.Context, a attachment) {
	var done struct{}
	body := map[string]any{"action": "create-image-subsizes"}
	if err := s.post(ctx, posting{route: mediaRoute(strconv.Itoa(a.ID), "post-process"), query: url.Values{"_fields": {"id"}}, body: body}, &done); err != nil {
		s.log.WarnContext(ctx, "the smaller sizes of a picture may be missing", "id", a.ID, "err", err)
	}
}

// describe sets the alternative text of a featured image, which belongs to the file: the newest that was sent counts.
func (s *site) describe(ctx context.Context, a attachment, img stet.Image) error {
	alt := altOf(img)
	if alt == "" || a.Alt == alt {
		return nil
	}
	var after struct{}
	return s.post(ctx, posting{route: mediaRoute(strconv.Itoa(a.ID)), query: url.Values{"_fields": {"id"}}, body: map[string]any{"alt_text": alt}}, &after)
}
