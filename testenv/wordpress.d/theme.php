<?php
// A theme with nothing of its own, so that a page shows what WordPress makes of an item.
?>
<!DOCTYPE html>
<html <?php language_attributes(); ?>>
<head><meta charset="utf-8"><title><?php wp_title( '' ); ?></title><?php wp_head(); ?></head>
<body>
<?php
while ( have_posts() ) {
	the_post();
	the_title( '<article><h1>', '</h1>' );
	the_post_thumbnail();
	the_content();
	echo '</article>';
}
wp_footer();
?>
</body>
</html>
