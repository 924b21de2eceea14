<?php
// Installs the throw-away site where it is not installed, gives it its users, switches the plugin, and prints the line of
// JSON that `testenv/wordpress start` prints. Run again it changes nothing but the plugin.
// Arguments: the site's folder, "yes" or "no" for the plugin, "fpm" or "builtin", the path of testenv/wordpress.
list( , $site, $with_plugin, $server, $program ) = $argv;

$_SERVER['HTTP_HOST']      = '127.0.0.1:' . file_get_contents( "$site/port" );
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI']    = '/';

mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
$database = new mysqli( 'localhost', 'root', '', '', 0, "$site/run/db.sock" );
$database->query( 'CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4' );
mysqli_report( MYSQLI_REPORT_OFF );
if ( ! $database->query( 'SELECT 1 FROM wordpress.wp_options LIMIT 1' ) ) {
	define( 'WP_INSTALLING', true );
}

require "$site/www/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

$before = is_file( "$site/status.json" ) ? json_decode( file_get_contents( "$site/status.json" ), true ) : array();

if ( defined( 'WP_INSTALLING' ) ) {
	wp_install( 'Test site', 'admin', 'admin@example.com', true, '', wp_generate_password( 24, false ) );
	update_option( 'timezone_string', 'UTC' );
	update_option( 'default_comment_status', 'closed' );
	update_option( 'permalink_structure', '/%postname%/' );
	foreach ( get_posts( array( 'post_type' => array( 'post', 'page' ), 'post_status' => 'any', 'numberposts' => -1 ) ) as $post ) {
		wp_delete_post( $post->ID, true ); // The examples that WordPress begins with.
	}
}
$wp_rewrite->init();
$wp_rewrite->flush_rules( false );

/**
 * Returns the login and the passwords of a user: those of the last start, or new ones.
 */
function stet_user( $login, $role, $before ) {
	if ( isset( $before[ $login ]['password'] ) ) {
		return $before[ $login ];
	}
	$user = get_user_by( 'login', $login );
	$id   = $user ? $user->ID : wp_insert_user(
		array(
			'user_login' => $login,
			'user_pass'  => wp_generate_password( 24, false ),
			'user_email' => "$login@example.com",
			'role'       => $role,
		)
	);
	$plain = wp_generate_password( 24, false );
	wp_set_password( $plain, $id );
	WP_Application_Passwords::delete_all_application_passwords( $id );
	list( $application ) = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'tests' ) );
	return array(
		'id'             => $id,
		'user'           => $login,
		'password'       => $application,
		'login_password' => $plain,
	);
}

$users = array();
foreach ( array( 'admin' => 'administrator', 'editor' => 'editor', 'author' => 'author', 'contributor' => 'contributor' ) as $login => $role ) {
	$users[ $login ] = stet_user( $login, $role, isset( $before['users'] ) ? $before['users'] : array() );
}

$failed = null;
if ( 'yes' === $with_plugin ) {
	wp_clean_plugins_cache();
	$failed = activate_plugin( 'stet/stet.php' );
} else {
	update_option( 'active_plugins', array() );
}
if ( is_wp_error( $failed ) ) {
	fwrite( STDERR, $failed->get_error_message() . "\n" );
	exit( 1 );
}

echo json_encode(
	array(
		'url'            => home_url(),
		'user'           => 'admin',
		'password'       => $users['admin']['password'],
		'admin_password' => $users['admin']['login_password'],
		'version'        => get_bloginfo( 'version' ),
		'php'            => PHP_VERSION,
		'server'         => $server,
		'plugin'         => 'yes' === $with_plugin,
		'users'          => $users,
		'db'             => array(
			'name'   => DB_NAME,
			'user'   => DB_USER,
			'socket' => "$site/run/db.sock",
			'prefix' => $table_prefix,
			'dsn'    => "root@unix($site/run/db.sock)/" . DB_NAME,
		),
		'sql'            => array( $program, 'sql', '--dir', $site ),
	),
	JSON_UNESCAPED_SLASHES
), "\n";
