<?php
/**
 * Plugin Name: For tests
 * Description: Ends PHP where a request asks for it, keeps mail from leaving, and has a meta field to write.
 */

add_filter( 'pre_wp_mail', '__return_true' );

add_action(
	'init',
	static function () {
		register_post_meta(
			'',
			'test_note',
			array(
				'type'         => 'string',
				'single'       => true,
				'show_in_rest' => true,
			)
		);
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
