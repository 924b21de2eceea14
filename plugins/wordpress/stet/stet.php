<?php
/**
 * Plugin Name:       stet companion
 * Description:       Lets stet publish with a key and a fence: one item per key, never an older version over a newer one, and a signed message when a person changes an item.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 *
 * The routes, errors and messages are described in docs/connectors/wordpress-plugin.md of stet. In short: a row per key in
 * a table of our own says which item the key has and which apply wrote it last. An upsert is a request to wp/v2, carried
 * out inside of a database transaction behind locks on the key, the slug and the terms, together with that row.
 *
 * @package Stet
 */

namespace Stet;

// Rows that are locked are not taken from a cache.
// phpcs:disable WordPress.DB.DirectDatabaseQuery

use WP_Error;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;
use WP_REST_Server;

defined( 'ABSPATH' ) || exit;

const VERSION = '1.0.0';

// The number of the tables' layout; a higher one makes them anew where they are missing.
const SCHEMA = 1;

// Locks are rows that exist from the beginning: a lock on a row that is there is a plain one, without gaps and deadlocks.
const LOCKS = 64;

// How often a transaction is tried that the database ended to resolve a deadlock.
const TRIES = 3;

// How long a message is tried to be delivered, in seconds. stet finds the change by itself at its next round anyway.
const PATIENCE = 3 * DAY_IN_SECONDS;

add_action( 'rest_api_init', __NAMESPACE__ . '\register_routes' );

/**
 * Registers the routes of stet/v1.
 */
function register_routes() {
	register_seo_fields();
	$needed = array( 'required' => true );
	$type   = array(
		'type'    => 'string',
		'default' => 'posts',
	);
	$word   = array(
		'type'      => 'string',
		'maxLength' => 128,
	);
	$marker = array(
		'type'      => 'string',
		'maxLength' => 64,
		'pattern'   => '^[A-Za-z0-9._:-]*$',
	);
	$key    = array(
		'type'      => 'string',
		'minLength' => 1,
		'maxLength' => 264,
		'pattern'   => '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$',
	);
	$number = array(
		'type'    => 'integer',
		'minimum' => 1,
	);
	$write  = array(
		'key'       => $needed + $key,
		'marker'    => $marker,
		'tag'       => $marker,
		'type'      => $type,
		'apply_seq' => $needed + $number,
		'hash'      => $word,
		'rev'       => $word,
	);

	route( '/status', WP_REST_Server::READABLE, 'get_status', array() );
	route(
		'/items',
		WP_REST_Server::READABLE,
		'get_items',
		array(
			'type'   => $type,
			'id'     => $number,
			'key'    => $key,
			'marker' => $marker,
			'tag'    => $marker,
		)
	);
	route( '/upsert', WP_REST_Server::CREATABLE, 'upsert', $write + array( 'post' => $needed + array( 'type' => 'object' ) ) );
	route( '/unpublish', WP_REST_Server::CREATABLE, 'unpublish', $write );
	route( '/trash', WP_REST_Server::CREATABLE, 'trash', $write );
	$text = $needed + array( 'type' => 'string' );
	route(
		'/webhook',
		WP_REST_Server::EDITABLE,
		'set_webhook',
		array(
			'url'    => $text,
			'secret' => $text,
		),
		'manage_options'
	);
}

/**
 * Makes the fields of known SEO plugins writable through the REST API, which drops what is not registered without a word.
 */
function register_seo_fields() {
	$fields = array();
	if ( defined( 'WPSEO_VERSION' ) ) {
		$fields = array( '_yoast_wpseo_title', '_yoast_wpseo_metadesc', '_yoast_wpseo_canonical' );
	}
	if ( defined( 'RANK_MATH_VERSION' ) ) {
		$fields = array_merge( $fields, array( 'rank_math_title', 'rank_math_description', 'rank_math_canonical_url' ) );
	}
	foreach ( $fields as $field ) {
		if ( ! registered_meta_key_exists( 'post', $field ) ) {
			register_meta(
				'post',
				$field,
				array(
					'type'          => 'string',
					'single'        => true,
					'show_in_rest'  => true,
					'auth_callback' => static function () {
						return current_user_can( 'edit_others_posts' );
					},
				)
			);
		}
	}
}

/**
 * Registers one route.
 *
 * @param string $path       Path below the namespace.
 * @param string $methods    HTTP methods.
 * @param string $callback   Function of this file.
 * @param array  $args       Schema of the arguments.
 * @param string $capability What a user must be able to do in general; wp/v2 asks what he may do to an item.
 */
function route( $path, $methods, $callback, $args, $capability = 'edit_others_posts' ) {
	register_rest_route(
		'stet/v1',
		$path,
		array(
			'methods'             => $methods,
			'args'                => $args,
			'callback'            => static function ( WP_REST_Request $request ) use ( $callback ) {
				install();
				add_action( 'shutdown', __NAMESPACE__ . '\deliver', 20 );
				return call_user_func( __NAMESPACE__ . '\\' . $callback, $request );
			},
			'permission_callback' => static function () use ( $capability ) {
				if ( current_user_can( $capability ) ) {
					return true;
				}
				return failure( 'rest_forbidden', "This user may not do that: the capability $capability is missing.", rest_authorization_required_code() );
			},
		)
	);
}

/**
 * Makes an error of the REST API.
 *
 * @param string $code    Code; what a program decides by.
 * @param string $message What happened and what to do.
 * @param int    $status  HTTP status.
 * @param array  $data    Values.
 * @return WP_Error
 */
function failure( $code, $message, $status, $data = array() ) {
	return new WP_Error( $code, $message, array( 'status' => $status ) + $data );
}

// --- Reading --------------------------------------------------------------------------------------------------------

/**
 * GET /status: what this site can promise.
 *
 * @return array
 */
function get_status() {
	global $wpdb;
	$status = array(
		'version'      => VERSION,
		'wordpress'    => get_bloginfo( 'version' ),
		'transactions' => ! engines_without_transactions(),
	);
	if ( current_user_can( 'manage_options' ) ) {
		$status['webhook'] = array(
			'url'     => webhook_url(),
			'pending' => (int) $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}stet_outbox" ),
		);
	}
	return $status;
}

/**
 * GET /items: the item with an id or of a key, or all items with a marker, oldest first. With a marker these are also the
 * ones that stet made before the plugin was there.
 *
 * @param WP_REST_Request $request The request.
 * @return array|WP_Error
 */
function get_items( WP_REST_Request $request ) {
	global $wpdb, $EZSQL_ERROR;
	$type = post_type( $request['type'] );
	if ( is_wp_error( $type ) ) {
		return $type;
	}
	$EZSQL_ERROR = array(); // phpcs:ignore WordPress.WP.GlobalVariablesOverride.Prohibited, WordPress.NamingConventions.ValidVariableName.VariableNotSnakeCase -- see begin.
	if ( $request['id'] ) {
		$ids = array( (int) $request['id'] );
	} elseif ( $request['key'] ) {
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM {$wpdb->prefix}stet_item WHERE item_key = %s", $request['key'] ) );
	} else {
		$ids = '' === (string) $request['marker'] ? array() : $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM {$wpdb->prefix}stet_item WHERE marker = %s", $request['marker'] ) );
		$ids = array_merge( $ids, unbound( $type, $request['marker'], $ids ? '' : $request['tag'] ) );
	}
	$items = array();
	sort( $ids );
	foreach ( array_unique( array_map( 'intval', $ids ) ) as $id ) {
		$post = get_post( $id );
		if ( $post && $post->post_type === $type->name ) {
			$item = describe( row_of( $id ), $post );
			if ( is_wp_error( $item ) ) {
				return $item;
			}
			$items[] = $item;
		}
	}
	if ( $EZSQL_ERROR ) { // phpcs:ignore WordPress.NamingConventions.ValidVariableName.VariableNotSnakeCase -- see begin.
		return failure( 'stet_database', 'The database did not answer; nothing is known about the items. Try again.', 503 );
	}
	return array( 'items' => $items );
}

/**
 * Returns the row of an item, an empty one where it has none.
 *
 * @param int $id The item.
 * @return object
 */
function row_of( $id ) {
	global $wpdb;
	$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}stet_item WHERE post_id = %d", $id ) );
	return $row ? $row : empty_row( '' );
}

/**
 * Finds the items of a marker that have no row: those that stet made without the plugin. They have the marker as their
 * slug while they are drafts, and later a comment with the tag and their own id in the content.
 *
 * @param \WP_Post_Type $type   Their type.
 * @param string        $marker The marker; empty finds nothing.
 * @param string        $tag    The tag; empty leaves out the content, a search that no index helps.
 * @return int[]
 */
function unbound( $type, $marker, $tag ) {
	global $wpdb;
	$free = "SELECT ID FROM {$wpdb->posts} p WHERE post_type = %s AND post_status NOT IN ( 'auto-draft', 'inherit' )
		AND NOT EXISTS ( SELECT 1 FROM {$wpdb->prefix}stet_item i WHERE i.post_id = p.ID ) AND ";
	$ids  = array();
	if ( '' !== (string) $marker ) {
		$names = array();
		foreach ( array( '', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9' ) as $suffix ) {
			$names[] = "stet-$marker$suffix";
			$names[] = "stet-$marker{$suffix}__trashed";
		}
		$places = implode( ', ', array_fill( 0, count( $names ), '%s' ) );
		$ids    = $wpdb->get_col( $wpdb->prepare( "$free post_name IN ( $places )", array_merge( array( $type->name ), $names ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders -- only placeholders.
	}
	if ( '' !== (string) $tag ) {
		$comment = $wpdb->esc_like( "<!-- stet:$tag id:" );
		$found   = $wpdb->get_col( $wpdb->prepare( "$free post_content LIKE CONCAT( '%%', %s, p.ID, ' seq:%%' )", $type->name, $comment ) ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders -- only placeholders.
		$ids     = array_merge( $ids, $found );
	}
	return array_map( 'intval', $ids );
}

/**
 * Returns what is stored of an item now: our row, and the post as wp/v2 gives it to an editor.
 *
 * @param object  $row  Row of stet_item.
 * @param WP_Post $post The item.
 * @return array|WP_Error
 */
function describe( $row, WP_Post $post ) {
	$request = new WP_REST_Request( 'GET', rest_get_route_for_post( $post ) );
	$request->set_query_params( array( 'context' => 'edit' ) );
	$response = rest_do_request( $request );
	if ( $response->is_error() ) {
		return $response->as_error();
	}
	$rev = rev( $post, meta_keys( $row ) );
	return array(
		'id'        => $post->ID,
		'key'       => $row->item_key,
		'marker'    => $row->marker,
		'apply_seq' => (int) $row->apply_seq,
		'hash'      => $row->hash,
		'rev'       => $rev,
		'drifted'   => $row->apply_seq && $rev !== $row->rev,
		'post'      => rest_get_server()->response_to_data( $response, array( 'wp:term' ) ),
	);
}

/**
 * Returns the keys of the meta values that the last write had.
 *
 * @param object $row Row of stet_item.
 * @return string[]
 */
function meta_keys( $row ) {
	return (array) json_decode( $row->meta_keys, true );
}

/**
 * Returns a hash of everything of an item that stet writes, as it is stored.
 *
 * @param WP_Post  $post      The item.
 * @param string[] $meta_keys Keys of the meta values.
 * @return string
 */
function rev( WP_Post $post, $meta_keys ) {
	$parts = array( $post->post_title, $post->post_content, $post->post_excerpt, $post->post_status, $post->post_name );
	array_push( $parts, (int) $post->post_author, $post->post_password, (int) get_post_thumbnail_id( $post ) );
	foreach ( get_object_taxonomies( $post->post_type ) as $taxonomy ) {
		$ids = wp_get_object_terms( $post->ID, $taxonomy, array( 'fields' => 'ids' ) );
		$ids = is_wp_error( $ids ) ? array() : array_map( 'intval', $ids );
		sort( $ids );
		if ( $ids ) {
			$parts[] = array( $taxonomy, $ids );
		}
	}
	if ( $post->post_parent ) {
		$parts[] = array( 'parent', (int) $post->post_parent );
	}
	sort( $meta_keys );
	foreach ( $meta_keys as $meta_key ) {
		$parts[] = array( $meta_key, get_post_meta( $post->ID, $meta_key, false ) );
	}
	return hash( 'sha256', serialize( $parts ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.serialize_serialize -- only hashed; JSON cannot hold every byte.
}

/**
 * Returns the post type with a base in the REST API.
 *
 * @param string $base The base, for instance posts.
 * @return \WP_Post_Type|WP_Error
 */
function post_type( $base ) {
	foreach ( get_post_types( array( 'show_in_rest' => true ), 'objects' ) as $type ) {
		if ( 'attachment' !== $type->name && ( $type->rest_base ? $type->rest_base : $type->name ) === $base ) {
			return $type;
		}
	}
	return failure( 'stet_bad_type', "The REST API has no post type with the base $base.", 400 );
}

// --- Writing --------------------------------------------------------------------------------------------------------

/**
 * POST /upsert: creates or replaces the item of a key, or changes nothing.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function upsert( WP_REST_Request $request ) {
	$type = post_type( $request['type'] );
	if ( is_wp_error( $type ) ) {
		return $type;
	}
	$body  = $request['post'];
	$names = array();
	if ( isset( $body['slug'] ) && is_string( $body['slug'] ) ) {
		$names[] = 'slug:' . $type->name . ':' . sanitize_title( $body['slug'] );
	}
	foreach ( term_names( $type, $body ) as $taxonomy => $terms ) {
		foreach ( $terms as $term ) {
			$names[] = 'term:' . $taxonomy . ':' . sanitize_title( $term );
		}
	}
	return write(
		$request,
		$type,
		$names,
		static function ( $row, $post ) use ( $type, $body ) {
			return put( $row, $post, $type, $body );
		}
	);
}

/**
 * POST /unpublish: takes the item from the public and keeps it as a draft with its slug.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function unpublish( WP_REST_Request $request ) {
	return take_down(
		$request,
		array( 'draft', 'trash' ),
		static function ( $post ) {
			$done = call( 'POST', $post, array( 'status' => 'draft' ) );
			return is_wp_error( $done ) ? $done : 'unpublished';
		}
	);
}

/**
 * POST /trash: moves the item to the trash.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function trash( WP_REST_Request $request ) {
	return take_down(
		$request,
		array( 'trash' ),
		static function ( $post ) {
			$done = call( 'DELETE', $post, array() ); // Where there is no trash this is refused, and nothing is deleted for good.
			return is_wp_error( $done ) ? $done : 'trashed';
		}
	);
}

/**
 * Carries out an unpublish or a trash.
 *
 * @param WP_REST_Request $request  The request.
 * @param string[]        $done     Statuses in which there is nothing to do.
 * @param callable        $down     Gets the post and returns an outcome or an error.
 * @return WP_REST_Response|WP_Error
 */
function take_down( WP_REST_Request $request, $done, $down ) {
	$type = post_type( $request['type'] );
	if ( is_wp_error( $type ) ) {
		return $type;
	}
	return write(
		$request,
		$type,
		array(),
		static function ( $row, $post ) use ( $done, $down ) {
			if ( ! $post ) {
				return failure( 'rest_post_invalid_id', 'There is no item of this key.', 404 );
			}
			return in_array( $post->post_status, $done, true ) ? 'unchanged' : $down( $post );
		}
	);
}

/**
 * Makes a request to wp/v2 on behalf of the same user.
 *
 * @param string                $method HTTP method.
 * @param WP_Post|\WP_Post_Type $item   The item, or the type of a new one.
 * @param array                 $body   Body.
 * @return array|WP_Error The answer.
 */
function call( $method, $item, $body ) {
	$route   = $item instanceof WP_Post ? rest_get_route_for_post( $item ) : rest_get_route_for_post_type_items( $item->name );
	$request = new WP_REST_Request( $method, $route );
	$request->set_header( 'Content-Type', 'application/json' );
	$request->set_body( wp_json_encode( (object) $body ) );
	$response = rest_do_request( $request );
	return $response->is_error() ? $response->as_error() : $response->get_data();
}

/**
 * Carries out one write behind its fence, in one transaction.
 *
 * @param WP_REST_Request $request The request.
 * @param \WP_Post_Type   $type    Type of the item.
 * @param string[]        $names   What is locked beside the key.
 * @param callable        $change  Gets the row and the item of the key, null for none. Returns an outcome or an error.
 * @return WP_REST_Response|WP_Error
 */
function write( WP_REST_Request $request, $type, $names, $change ) {
	$engines = engines_without_transactions();
	if ( $engines ) {
		return failure( 'stet_no_transactions', 'These tables cannot take part in a transaction, convert them to InnoDB: ' . implode( ', ', $engines ), 501 );
	}
	$names[] = 'key:' . $request['key'];
	for ( $try = 1; $try <= TRIES; $try++ ) {
		begin();
		$row    = lock( $request['key'], $names );
		$result = is_wp_error( $row ) ? $row : guarded( $row, $request, $type, $change );
		$error  = finish( $result );
		if ( ! $error ) {
			clean_post_cache( (int) $row->post_id );
			/**
			 * Fires after a write of stet was committed.
			 *
			 * @param int    $id      The item.
			 * @param string $outcome What was done.
			 */
			do_action( 'stet_written', (int) $row->post_id, $result );
			$post = get_post( $row->post_id );
			$item = $post ? describe( $row, $post ) : failure( 'rest_post_invalid_id', 'The item was deleted just after it was written.', 404 );
			return is_wp_error( $item ) ? $item : new WP_REST_Response( $item + array( 'outcome' => $result ) );
		}
		if ( 'stet_database' !== $error->get_error_code() ) {
			break;
		}
	}
	return $error;
}

/**
 * Checks the fence, carries out the change and keeps the row.
 *
 * @param object          $row     Row of the key, locked; changed in place.
 * @param WP_REST_Request $request The request.
 * @param \WP_Post_Type   $type    Type of the item.
 * @param callable        $change  See write.
 * @return string|WP_Error Outcome.
 */
function guarded( $row, WP_REST_Request $request, $type, $change ) {
	$post = existing( $row, $request, $type );
	if ( is_wp_error( $post ) ) {
		return $post;
	}
	$op     = trim( substr( $request->get_route(), strlen( '/stet/v1' ) ), '/' );
	$seq    = (int) $request['apply_seq'];
	$hash   = (string) $request['hash'];
	$now    = $post ? rev( $post, meta_keys( $row ) ) : '';
	$stored = array( 'apply_seq' => (int) $row->apply_seq );
	if ( $seq < $row->apply_seq ) {
		return failure( 'stet_stale', "apply_seq $seq is older than the {$row->apply_seq} that is stored; nothing was changed.", 409, $stored );
	}
	if ( $seq === (int) $row->apply_seq ) {
		if ( $op !== $row->op || $hash !== $row->hash ) {
			return failure( 'stet_seq_reused', "apply_seq $seq was used for something else; nothing was changed.", 409, $stored );
		}
		if ( $post && $now === $row->rev ) {
			return 'unchanged';
		}
	}
	$expected = (string) $request['rev'];
	if ( '' !== $expected ? $expected !== $now : $post && $row->apply_seq && $now !== $row->rev ) {
		return failure( 'stet_changed', 'The item was changed in WordPress since it was read; nothing was changed.', 409, $stored );
	}
	$outcome = $change( $row, $post );
	if ( is_wp_error( $outcome ) ) {
		return $outcome;
	}
	$row->post_id   = $post ? $post->ID : $row->post_id;
	$row->apply_seq = $seq;
	$row->op        = $op;
	$row->hash      = $hash;
	$row->marker    = '' === (string) $request['marker'] ? $row->marker : $request['marker'];
	return keep( $row ) ? $outcome : failure( 'stet_database', 'The database did not keep the row of the key. Try again.', 503 );
}

/**
 * Returns the item of a key: that of its row, else one that stet made before the plugin was there, a public one first. It
 * is locked: from here on a person's save waits until we are done.
 *
 * @param object          $row     Row of the key.
 * @param WP_REST_Request $request The request.
 * @param \WP_Post_Type   $type    Type of the item.
 * @return WP_Post|null|WP_Error
 */
function existing( $row, WP_REST_Request $request, $type ) {
	global $wpdb;
	$id = (int) $row->post_id;
	if ( ! $id ) {
		foreach ( unbound( $type, $request['marker'], $request['tag'] ) as $candidate ) {
			$status = get_post_status( $candidate );
			if ( 'trash' !== $status && ( ! $id || ( 'publish' === $status && 'publish' !== get_post_status( $id ) ) ) ) {
				$id = $candidate;
			}
		}
	}
	if ( ! $id ) {
		return null;
	}
	$wpdb->get_var( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE ID = %d FOR UPDATE", $id ) );
	clean_post_cache( $id );
	$post = get_post( $id );
	if ( $post && $post->post_type !== $type->name ) {
		return failure( 'stet_type_changed', "Item $id is of type {$post->post_type}; a type is not changed.", 409, array( 'apply_seq' => (int) $row->apply_seq ) );
	}
	return $post;
}

/**
 * Writes the item of an upsert.
 *
 * @param object        $row  Row of the key, locked; changed in place.
 * @param WP_Post|null  $post The item.
 * @param \WP_Post_Type $type Type of the item.
 * @param array         $body Body for wp/v2.
 * @return string|WP_Error Outcome.
 */
function put( $row, $post, $type, $body ) {
	foreach ( term_names( $type, $body ) as $taxonomy => $terms ) {
		$base = rest_base( $taxonomy );
		foreach ( $terms as $at => $term ) {
			$body[ $base ][ $at ] = find_term( $term, $taxonomy );
			if ( is_wp_error( $body[ $base ][ $at ] ) ) {
				return $body[ $base ][ $at ];
			}
		}
	}
	if ( $post && 'trash' === $post->post_status ) {
		// Left in place, the slug of before the trash would win over the one that is wanted.
		foreach ( array( '_wp_desired_post_slug', '_wp_trash_meta_status', '_wp_trash_meta_time' ) as $meta_key ) {
			delete_post_meta( $post->ID, $meta_key );
		}
	}
	$answer = call( 'POST', $post ? $post : $type, $body );
	if ( is_wp_error( $answer ) ) {
		return $answer;
	}
	$id = (int) $answer['id'];
	clean_post_cache( $id );
	$stored = get_post( $id );
	$slug   = isset( $body['slug'] ) ? sanitize_title( $body['slug'] ) : '';
	if ( '' !== $slug && $stored->post_name !== $slug ) {
		return slug_refused( $stored, $slug, (int) $row->apply_seq );
	}
	if ( isset( $body['status'] ) && $stored->post_status !== $body['status'] ) {
		return failure( 'stet_status_changed', "WordPress gave the item the status {$stored->post_status}; nothing was changed. A date to come is not published, stet schedules itself.", 409, array( 'apply_seq' => (int) $row->apply_seq ) );
	}
	$row->post_id   = $id;
	$row->meta_keys = wp_json_encode( array_keys( (array) ( $body['meta'] ?? array() ) ) );
	return $post ? 'updated' : 'created';
}

/**
 * Makes the error that names who has the slug.
 *
 * @param WP_Post $stored The item, with the slug that WordPress made of it.
 * @param string  $slug   The slug that is taken.
 * @param int     $seq    The stored apply_seq.
 * @return WP_Error
 */
function slug_refused( WP_Post $stored, $slug, $seq ) {
	global $wpdb;
	$holder = $wpdb->get_row(
		$wpdb->prepare(
			"SELECT p.ID AS id, p.post_type AS type, p.post_status AS status, i.item_key AS `key` FROM {$wpdb->posts} p
			LEFT JOIN {$wpdb->prefix}stet_item i ON i.post_id = p.ID
			WHERE p.post_name = %s AND p.ID <> %d AND p.post_type IN ( %s, 'attachment' ) ORDER BY p.post_type <> %s, p.ID LIMIT 1",
			$slug,
			$stored->ID,
			$stored->post_type,
			$stored->post_type
		),
		ARRAY_A
	);
	if ( $holder ) {
		$holder['id'] = (int) $holder['id'];
	}
	return failure(
		'stet_slug_taken',
		$holder ? "The slug $slug belongs to item {$holder['id']}; nothing was changed." : "WordPress reserves the slug $slug; nothing was changed.",
		409,
		array(
			'apply_seq' => $seq,
			'slug'      => $slug,
			'offer'     => $stored->post_name,
			'holder'    => $holder,
		)
	);
}

/**
 * Returns the terms of a body that are given by name, with their places. wp/v2 itself knows only ids.
 *
 * @param \WP_Post_Type $type Type of the item.
 * @param array         $body Body for wp/v2.
 * @return array Names by place by taxonomy.
 */
function term_names( $type, $body ) {
	$names = array();
	foreach ( get_object_taxonomies( $type->name ) as $taxonomy ) {
		$terms = $body[ rest_base( $taxonomy ) ] ?? array();
		if ( is_array( $terms ) ) {
			$names[ $taxonomy ] = array_filter( $terms, 'is_string' );
		}
	}
	return $names;
}

/**
 * Returns the base of a taxonomy in the REST API.
 *
 * @param string $taxonomy The taxonomy.
 * @return string
 */
function rest_base( $taxonomy ) {
	$base = get_taxonomy( $taxonomy )->rest_base;
	return $base ? $base : $taxonomy;
}

/**
 * Finds a term by its slug, then by its name, or makes it.
 *
 * @param string $term     Name.
 * @param string $taxonomy Taxonomy.
 * @return int|WP_Error
 */
function find_term( $term, $taxonomy ) {
	foreach ( array( 'slug', 'name' ) as $field ) {
		$known = get_term_by( $field, 'slug' === $field ? sanitize_title( $term ) : $term, $taxonomy );
		if ( $known ) {
			return (int) $known->term_id;
		}
	}
	$object = get_taxonomy( $taxonomy );
	if ( ! current_user_can( $object->hierarchical ? $object->cap->edit_terms : $object->cap->assign_terms ) ) {
		return failure( 'rest_cannot_create', "This user may not make the term \"$term\" in $taxonomy.", 403 );
	}
	$made = wp_insert_term( wp_slash( $term ), $taxonomy );
	return is_wp_error( $made ) ? failure( 'stet_bad_term', $made->get_error_message(), 400 ) : (int) $made['term_id'];
}

// --- The transaction ------------------------------------------------------------------------------------------------

/**
 * Begins a transaction. Without autocommit a statement after a deadlock, which ends the transaction in the database, is
 * part of a new one that is rolled back; and a lost connection is not replaced in the middle.
 */
function begin() {
	global $wpdb, $EZSQL_ERROR;
	$EZSQL_ERROR = array(); // phpcs:ignore WordPress.WP.GlobalVariablesOverride.Prohibited, WordPress.NamingConventions.ValidVariableName.VariableNotSnakeCase -- where wpdb notes every statement that fails.
	$wpdb->suppress_errors( true );
	$wpdb->reconnect_retries = 0;
	wp_suspend_cache_addition( wp_using_ext_object_cache() ); // What is not committed is not for other requests.
	$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = 10' );
	$wpdb->query( 'SET autocommit = 0' );
	$wpdb->query( 'START TRANSACTION' );
}

/**
 * Locks the key and the other names, and returns the row of the key, an empty one where there is none.
 *
 * @param string   $key   The key.
 * @param string[] $names What is locked: rows of stet_lock, always in the same order.
 * @return object|WP_Error
 */
function lock( $key, $names ) {
	global $wpdb;
	$numbers = array_unique(
		array_map(
			static function ( $name ) {
				return crc32( $name ) % LOCKS;
			},
			$names
		)
	);
	sort( $numbers );
	$places = implode( ', ', array_fill( 0, count( $numbers ), '%d' ) );
	$locked = $wpdb->get_col( $wpdb->prepare( "SELECT n FROM {$wpdb->prefix}stet_lock FORCE INDEX (PRIMARY) WHERE n IN ( $places ) ORDER BY n FOR UPDATE", $numbers ) ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders.UnfinishedPrepare -- only placeholders.
	if ( count( $locked ) !== count( $numbers ) ) {
		return failure( 'stet_database', 'The item is being written by another request, or the table of locks is damaged. Try again.', 503 );
	}
	// Not FOR UPDATE: the key is locked already, and a lock on a row that is not there would stop the neighbouring keys.
	$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}stet_item WHERE item_key = %s", $key ) );
	if ( $row ) {
		return $row;
	}
	return empty_row( $key );
}

/**
 * Returns the row of a key for which nothing was ever written.
 *
 * @param string $key The key.
 * @return object
 */
function empty_row( $key ) {
	return (object) array(
		'item_key'  => $key,
		'post_id'   => 0,
		'marker'    => '',
		'apply_seq' => 0,
		'op'        => '',
		'hash'      => '',
		'meta_keys' => '[]',
		'rev'       => '',
		'seen'      => '',
	);
}

/**
 * Writes the row of a key.
 *
 * @param object $row Row of the key.
 * @return bool
 */
function keep( $row ) {
	global $wpdb;
	clean_post_cache( (int) $row->post_id );
	$row->rev  = seen( $row );
	$row->seen = $row->rev;
	return false !== $wpdb->replace( $wpdb->prefix . 'stet_item', (array) $row );
}

/**
 * Ends the transaction: commits where the change succeeded and every statement with it.
 *
 * @param string|WP_Error $result Outcome of the change.
 * @return WP_Error|null Null where it is committed.
 */
function finish( $result ) {
	global $wpdb, $EZSQL_ERROR;
	$failed = $EZSQL_ERROR ? end( $EZSQL_ERROR )['error_str'] : ''; // phpcs:ignore WordPress.NamingConventions.ValidVariableName.VariableNotSnakeCase -- see begin.
	if ( ! is_wp_error( $result ) && ! $failed && false === $wpdb->query( 'COMMIT' ) ) {
		$failed = 'COMMIT failed';
	}
	if ( $failed ) {
		$result = failure( 'stet_database', "The database refused a statement, so nothing was changed: $failed", 503 );
	}
	if ( is_wp_error( $result ) ) {
		$wpdb->query( 'ROLLBACK' );
	}
	$wpdb->query( 'SET autocommit = 1' );
	$wpdb->suppress_errors( false );
	$wpdb->reconnect_retries = 5;
	wp_suspend_cache_addition( false );
	forget();
	return is_wp_error( $result ) ? $result : null;
}

/**
 * Empties the caches of what the transaction may have touched: after a rollback they hold what never was.
 */
function forget() {
	wp_cache_delete( 'alloptions', 'options' );
	wp_cache_delete( 'cron', 'options' );
	foreach ( array( 'posts', 'terms' ) as $group ) {
		wp_cache_set( 'last_changed', microtime(), $group );
	}
	if ( ! wp_using_ext_object_cache() ) {
		wp_cache_flush();
		return;
	}
	foreach ( touch_item() as $id ) {
		clean_post_cache( $id );
	}
}

// --- What a person changes ------------------------------------------------------------------------------------------

add_action( 'wp_after_insert_post', __NAMESPACE__ . '\touch_item' );
add_action( 'deleted_post', __NAMESPACE__ . '\touch_item' );
add_action( 'set_object_terms', __NAMESPACE__ . '\touch_item' );
add_action( 'added_post_meta', __NAMESPACE__ . '\touch_meta', 10, 2 );
add_action( 'updated_post_meta', __NAMESPACE__ . '\touch_meta', 10, 2 );
add_action( 'deleted_post_meta', __NAMESPACE__ . '\touch_meta', 10, 2 );
add_action( 'shutdown', __NAMESPACE__ . '\report' );
add_action( 'stet_deliver', __NAMESPACE__ . '\deliver' );

/**
 * Notes that an item may have changed. What became of it is looked at once, at the end of the request.
 *
 * @param int|null $post_id The item; null only returns the list.
 * @return int[] The items noted so far.
 */
function touch_item( $post_id = null ) {
	static $touched = array();
	if ( $post_id ) {
		$touched[ (int) $post_id ] = (int) $post_id;
	}
	return $touched;
}

/**
 * Notes that a meta value of an item changed.
 *
 * @param int|int[] $meta_ids Not used.
 * @param int       $post_id  The item.
 */
function touch_meta( $meta_ids, $post_id ) { // phpcs:ignore Generic.CodeAnalysis.UnusedFunctionParameter -- the hook passes it first.
	touch_item( $post_id );
}

/**
 * Returns the rev of the item of a row. Our own writes keep it, so only others' changes differ from it.
 *
 * @param object $row Row of the key.
 * @return string
 */
function seen( $row ) {
	$post = get_post( $row->post_id );
	return $post ? rev( $post, meta_keys( $row ) ) : 'deleted';
}

/**
 * Puts a message in the outbox for every item of ours that this request changed, then sends what is due.
 */
function report() {
	global $wpdb;
	$touched = touch_item();
	if ( ! $touched || (int) get_option( 'stet_schema' ) !== SCHEMA || ! webhook_url() ) {
		return;
	}
	$places = implode( ', ', array_fill( 0, count( $touched ), '%d' ) );
	$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}stet_item WHERE post_id IN ( $places )", $touched ) ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders.UnfinishedPrepare -- only placeholders.
	foreach ( $rows as $row ) {
		clean_post_cache( (int) $row->post_id );
		$now = seen( $row );
		// The condition leaves the message to one of two requests, and gives way to a write of ours in between.
		if ( $now !== $row->seen && $wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}stet_item SET seen = %s WHERE item_key = %s AND seen = %s", $now, $row->item_key, $row->seen ) ) ) {
			enqueue( $row );
		}
	}
	if ( $rows ) {
		add_action( 'shutdown', __NAMESPACE__ . '\deliver', 20 );
	}
}

/**
 * Puts the message about an item in the outbox.
 *
 * @param object $row Row of the key.
 */
function enqueue( $row ) {
	global $wpdb;
	$post = get_post( $row->post_id );
	$user = wp_get_current_user();
	$rev  = seen( $row );
	$body = array(
		'type'      => 'item_changed',
		'timestamp' => gmdate( 'Y-m-d\TH:i:s\Z' ),
		'key'       => $row->item_key,
		'marker'    => $row->marker,
		'post_id'   => (int) $row->post_id,
		'status'    => $post ? $post->post_status : 'deleted',
		'slug'      => $post ? $post->post_name : '',
		'apply_seq' => (int) $row->apply_seq,
		'hash'      => $row->hash,
		'rev'       => $rev,
		'drifted'   => $rev !== $row->rev,
		'user'      => $user->exists() ? $user->user_login : '',
	);
	$wpdb->insert(
		$wpdb->prefix . 'stet_outbox',
		array(
			'message' => 'msg_' . str_replace( '-', '', wp_generate_uuid4() ),
			'body'    => wp_json_encode( $body ),
			'due'     => time(),
			'created' => time(),
		)
	);
	if ( ! wp_next_scheduled( 'stet_deliver' ) ) {
		wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', 'stet_deliver' );
	}
}

/**
 * Sends the messages that are due, at most ten, oldest first. A message that fails is tried again later: by a request
 * that changes or asks for an item of ours, or by WP-Cron.
 */
function deliver() {
	global $wpdb;
	$url = webhook_url();
	if ( ! $url ) {
		return;
	}
	$messages = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}stet_outbox WHERE due <= %d ORDER BY id LIMIT 10", time() ) );
	if ( $messages && function_exists( 'fastcgi_finish_request' ) ) {
		fastcgi_finish_request(); // The person who saved does not wait for us.
	}
	foreach ( $messages as $message ) {
		// Whoever moves the time sends it; two requests at once would send it twice.
		$due     = time() + min( HOUR_IN_SECONDS, 30 * 2 ** $message->tries );
		$claimed = $wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}stet_outbox SET due = %d, tries = tries + 1 WHERE id = %d AND tries = %d", $due, $message->id, $message->tries ) );
		if ( ! $claimed ) {
			continue;
		}
		$sent = send( $url, $message );
		if ( $sent || time() - $message->created > PATIENCE ) {
			$wpdb->delete( $wpdb->prefix . 'stet_outbox', array( 'id' => $message->id ) );
		}
		if ( ! $sent ) {
			return; // The others would fail the same way.
		}
	}
}

/**
 * Sends one message, signed by Standard Webhooks (https://www.standardwebhooks.com).
 *
 * @param string $url     Receiver.
 * @param object $message Row of stet_outbox.
 * @return bool Whether it was accepted.
 */
function send( $url, $message ) {
	$secret    = base64_decode( substr( webhook_secret(), strlen( 'whsec_' ) ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- the form of the secret.
	$timestamp = (string) time();
	$signature = hash_hmac( 'sha256', $message->message . '.' . $timestamp . '.' . $message->body, $secret, true );
	$answer    = wp_remote_post(
		$url,
		array(
			'timeout'     => 3,
			'redirection' => 0,
			'headers'     => array(
				'Content-Type'      => 'application/json',
				'webhook-id'        => $message->message,
				'webhook-timestamp' => $timestamp,
				'webhook-signature' => 'v1,' . base64_encode( $signature ), // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the form of the signature.
			),
			'body'        => $message->body,
		)
	);
	return 2 === intdiv( (int) wp_remote_retrieve_response_code( $answer ), 100 );
}

/**
 * PUT /webhook: where messages go. An empty address switches them off.
 *
 * @param WP_REST_Request $request The request.
 * @return array|WP_Error
 */
function set_webhook( WP_REST_Request $request ) {
	$url = $request['url'];
	if ( '' !== $url && ( ! wp_parse_url( $url, PHP_URL_HOST ) || ! in_array( wp_parse_url( $url, PHP_URL_SCHEME ), array( 'http', 'https' ), true ) ) ) {
		return failure( 'stet_bad_url', 'The address of the webhook is not one of http or https.', 400 );
	}
	if ( '' !== $url && ! secret_is_good( $request['secret'] ) ) {
		return failure( 'stet_bad_secret', 'The secret is whsec_ and 24 to 64 bytes in base64.', 400 );
	}
	update_option( 'stet_webhook_url', $url, true );
	update_option( 'stet_webhook_secret', '' === $url ? '' : $request['secret'], false );
	return get_status();
}

/**
 * Reports whether a secret has the form of Standard Webhooks.
 *
 * @param string $secret The secret.
 * @return bool
 */
function secret_is_good( $secret ) {
	if ( 0 !== strpos( $secret, 'whsec_' ) ) {
		return false;
	}
	$bytes = base64_decode( substr( $secret, strlen( 'whsec_' ) ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- the form of the secret.
	return false !== $bytes && strlen( $bytes ) >= 24 && strlen( $bytes ) <= 64;
}

/**
 * Returns the receiver's address: the constant of wp-config.php before the option. Empty without a good secret.
 *
 * @return string
 */
function webhook_url() {
	$url = defined( 'STET_WEBHOOK_URL' ) ? STET_WEBHOOK_URL : (string) get_option( 'stet_webhook_url', '' );
	return $url && secret_is_good( webhook_secret() ) ? $url : '';
}

/**
 * Returns the secret that messages are signed with.
 *
 * @return string
 */
function webhook_secret() {
	return defined( 'STET_WEBHOOK_SECRET' ) ? STET_WEBHOOK_SECRET : (string) get_option( 'stet_webhook_secret', '' );
}

// --- The tables -----------------------------------------------------------------------------------------------------

register_activation_hook( __FILE__, __NAMESPACE__ . '\install' );
register_deactivation_hook( __FILE__, __NAMESPACE__ . '\deactivate' );
register_uninstall_hook( __FILE__, __NAMESPACE__ . '\uninstall' );

/**
 * Makes the tables where they are missing. As a must-use plugin nobody activates us, hence the look at every request.
 */
function install() {
	global $wpdb;
	if ( (int) get_option( 'stet_schema' ) === SCHEMA ) {
		return;
	}
	$wpdb->query(
		"CREATE TABLE IF NOT EXISTS {$wpdb->prefix}stet_item (
			item_key varchar(264) NOT NULL PRIMARY KEY,
			post_id bigint unsigned NOT NULL,
			marker varchar(64) NOT NULL,
			apply_seq bigint unsigned NOT NULL,
			op varchar(16) NOT NULL,
			hash varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
			meta_keys text CHARACTER SET utf8mb4 NOT NULL,
			rev varchar(64) NOT NULL,
			seen varchar(64) NOT NULL,
			KEY post_id (post_id),
			KEY marker (marker)
		) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin"
	);
	$wpdb->query(
		"CREATE TABLE IF NOT EXISTS {$wpdb->prefix}stet_outbox (
			id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
			message varchar(64) NOT NULL,
			body longtext NOT NULL,
			tries int NOT NULL DEFAULT 0,
			due bigint NOT NULL,
			created bigint NOT NULL,
			KEY due (due)
		) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4"
	);
	$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}stet_lock ( n int NOT NULL PRIMARY KEY ) ENGINE=InnoDB" );
	for ( $n = 0; $n < LOCKS; $n++ ) {
		$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO {$wpdb->prefix}stet_lock VALUES (%d)", $n ) );
	}
	update_option( 'stet_schema', SCHEMA, true );
}

/**
 * Names the tables of a write that are not kept by InnoDB, for instance those of an old MyISAM or of SQLite.
 *
 * @return string[]
 */
function engines_without_transactions() {
	global $wpdb;
	static $names = null;
	if ( null === $names ) {
		$tables = array( $wpdb->posts, $wpdb->postmeta, $wpdb->options, $wpdb->terms, $wpdb->term_taxonomy, $wpdb->term_relationships, $wpdb->prefix . 'stet_item', $wpdb->prefix . 'stet_lock' );
		$places = implode( ', ', array_fill( 0, count( $tables ), '%s' ) );
		$good   = $wpdb->get_col( $wpdb->prepare( "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND ENGINE = 'InnoDB' AND TABLE_NAME IN ( $places )", $tables ) ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders.UnfinishedPrepare -- only placeholders.
		$names  = array_values( array_udiff( $tables, $good, 'strcasecmp' ) );
	}
	return $names;
}

/**
 * Ends the periodic work.
 */
function deactivate() {
	wp_clear_scheduled_hook( 'stet_deliver' );
}

/**
 * Removes the tables and options. The items stay.
 */
function uninstall() {
	global $wpdb;
	foreach ( array( 'item', 'outbox', 'lock' ) as $name ) {
		$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}stet_$name" ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- names of our own.
	}
	foreach ( array( 'schema', 'webhook_url', 'webhook_secret' ) as $name ) {
		delete_option( 'stet_' . $name );
	}
}
