<?php
/**
 * Plugin Name: For tests
 * Description: Ends PHP where a request asks for it, keeps mail from leaving, and has meta fields to write.
 */

add_filter( 'pre_wp_mail', '__return_true' );

add_action(
	'init',
	static function () {
		// Two to write, and one that nobody may write: its name begins with an underscore, and no callback allows it.
		foreach ( array( 'test_note' => 'string', 'test_count' => 'integer', '_test_hidden' => 'string' ) as $key => $type ) {
			register_post_meta(
				'',
				$key,
				array(
					'type'         => $type,
					'single'       => true,
					'show_in_rest' => true,
				)
			);
		}
	}
);

// "X-Test-Kill: save_post" ends the worker at that hook the way the kernel ends a process: nothing is said, nothing is
// finished. php-fpm starts another worker; PHP's own server does not.
if ( ! empty( $_SERVER['HTTP_X_TEST_KILL'] ) ) {
	add_action(
		$_SERVER['HTTP_X_TEST_KILL'],
		static function () {
			posix_kill( getmypid(), 9 );
		},
		PHP_INT_MAX
	);
}
