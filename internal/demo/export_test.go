package demo

import "context"

// Judge looks at a website as the judge of a run does that brought one article and was told that it has version newest.
func Judge(folder, contentID string, newest int64) (Report, error) {
	d := &day{answers: newAnswers()}
	d.answers.versions[contentID] = map[int64]bool{1: true, newest: true}
	pages, err := readSite(folder)
	d.compare([]text{{id: contentID}}, pages)
	return d.report, err
}

// JudgePosts looks at a WordPress as the judge of a run does that brought one article, whose slug is its id, and was told
// that it has version newest; play stands for the run.
func JudgePosts(ctx context.Context, wp *WordPress, contentID string, newest int64, play func()) (Report, error) {
	article := text{id: contentID}
	article.doc.Slug = contentID
	d := &day{answers: newAnswers()}
	d.answers.versions[contentID] = map[int64]bool{1: true, newest: true}
	b, err := openBlog(ctx, wp, []text{article})
	if err != nil {
		return d.report, err
	}
	play()
	found, err := b.look(ctx)
	d.compare([]text{article}, found.pages)
	d.countPosts(found)
	return d.report, err
}
