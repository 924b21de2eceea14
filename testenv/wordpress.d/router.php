<?php
// For PHP's own web server: files that exist are served as they are, everything else goes to WordPress.
$path = $_SERVER['DOCUMENT_ROOT'] . parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( is_file( $path ) || ( '/' !== substr( $path, -1 ) && is_file( $path . '/index.php' ) ) ) {
	return false;
}
if ( '/' === substr( $path, -1 ) && is_file( $path . 'index.php' ) && $_SERVER['DOCUMENT_ROOT'] . '/' !== $path ) {
	return false;
}
$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
$_SERVER['PHP_SELF']        = '/index.php';
chdir( $_SERVER['DOCUMENT_ROOT'] );
require $_SERVER['SCRIPT_FILENAME'];
