package fake

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// upload takes a file in. The same file twice makes two attachments, the second under another name.
func (s *Server) upload(r *request) answer {
	if r.user == nil || !r.user.can("publish") {
		return r.notAllowed("rest_cannot_create")
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	name := path.Base(params["filename"])
	switch {
	case len(r.raw) == 0:
		return fail(http.StatusBadRequest, "rest_upload_no_data", "No data supplied.")
	case params["filename"] == "":
		return fail(http.StatusBadRequest, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
	}
	if want := r.Header.Get("Content-MD5"); want != "" {
		sum := md5.Sum(r.raw) //nolint:gosec // what WordPress checks uploads with
		if hex.EncodeToString(sum[:]) != want {
			return fail(http.StatusPreconditionFailed, "rest_upload_hash_mismatch", "Content hash did not match expected.")
		}
	}
	if real := http.DetectContentType(r.raw); real != kind || !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind) {
		return fail(http.StatusInternalServerError, "rest_upload_sideload_error", "Sorry, you are not allowed to upload this file type.")
	}
	sum := sha256.Sum256(r.raw)
	p := &Post{Type: "attachment", Sum: hex.EncodeToString(sum[:]), Alt: r.param("alt_text"), Status: "inherit", Author: r.user.ID, MIME: kind, Size: len(r.raw), Terms: map[string][]int{}, Meta: map[string]any{}}
	s.mu.Lock()
	if s.opt.Renames {
		name = "renamed" + path.Ext(name)
	}
	p.File = s.freeFile(name)
	stem := strings.TrimSuffix(p.File, path.Ext(p.File))
	p.Title = cmp.Or(r.param("title"), stem)
	p.Slug = sanitizeTitle(cmp.Or(r.param("slug"), p.Title))
	if s.opt.Renames {
		p.Slug = stem
	}
	s.chooseSlug(p, true)
	p.Date = s.now()
	p.Modified = p.Date
	s.mu.Unlock()
	c := s.commit(r, "upload", p)
	defer func() { s.committed(c) }()
	return answer{status: http.StatusCreated, body: s.view(r, p, true), header: map[string]string{"X-WP-Upload-Attachment-ID": itoa(p.ID), "Location": "http://" + r.Host + "/wp-json/wp/v2/media/" + itoa(p.ID)}}
}

func (s *Server) freeFile(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	free := name
	for n := 1; ; n++ {
		used := false
		for _, p := range s.posts {
			used = used || p.File == free
		}
		if !used {
			return free
		}
		free = fmt.Sprintf("%s-%d%s", stem, n, ext)
	}
}
