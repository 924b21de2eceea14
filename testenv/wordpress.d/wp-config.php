<?php
// The configuration of the throw-away site: no mail, no cron, no traffic beyond loopback, and the address it was given.
define( 'STET_SITE', dirname( __DIR__ ) );

define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:' . STET_SITE . '/run/db.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';

foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $stet_name ) {
	define( $stet_name . '_KEY', $stet_name . file_get_contents( STET_SITE . '/secret' ) );
	define( $stet_name . '_SALT', 'salt' . $stet_name . file_get_contents( STET_SITE . '/secret' ) );
}

define( 'WP_HOME', 'http://127.0.0.1:' . file_get_contents( STET_SITE . '/port' ) );
define( 'WP_SITEURL', WP_HOME );
define( 'WP_ENVIRONMENT_TYPE', 'local' ); // Application passwords without https.
define( 'WP_HTTP_BLOCK_EXTERNAL', true ); // The site's own host, 127.0.0.1, is exempt.
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_AUTO_UPDATE_CORE', false );
define( 'FS_METHOD', 'direct' );
define( 'WP_DEFAULT_THEME', 'plain' );
define( 'WP_DEBUG', false );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
