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
 * a table of our own says which item the key has and which apply wrote it last; row and item change in one database
 * transaction, behind locks on the key, the slug and the terms.
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
	$key     = array(
		'type'      => 'string',
		'required'  => true,
		'minLength' => 1,
		'maxLength' => 264,
		'pattern'   => '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$',
	);
	$marker  = array(
		'type'      => 'string',
		'minLength' => 1,
		'maxLength' => 64,
		'pattern'   => '^[A-Za-z0-9._:-]+$',
	);
	$seq     = array(
		'type'     => 'integer',
		'required' => true,
		'minimum'  => 1,
	);
	$hash    = array(
		'type'      => 'string',
		'minLength' => 1,
		'maxLength' => 128,
	);
	$options = array( 'required' => true );

	route( '/status', WP_REST_Server::READABLE, 'get_status', array() );
	route(
		'/items',
		WP_REST_Server::READABLE,
		'get_items',
		array(
			'key'    => array( 'required' => false ) + $key,
			'marker' => $marker,
			'after'  => array( 'required' => false ) + $key,
		)
	);
	route(
		'/upsert',
		WP_REST_Server::CREATABLE,
		'upsert',
		array(
			'key'       => $key,
			'marker'    => $options + $marker,
			'apply_seq' => $seq,
			'hash'      => $options + $hash,
			'rev'       => $hash,
			'adopt'     => array(
				'type'    => 'integer',
				'minimum' => 1,
			),
			'post'      => $options + post_schema(),
		)
	);
	route(
		'/unpublish',
		WP_REST_Server::CREATABLE,
		'unpublish',
		array(
			'key'       => $key,
			'apply_seq' => $seq,
		)
	);
	route(
		'/trash',
		WP_REST_Server::CREATABLE,
		'trash',
		array(
			'key'       => $key,
			'apply_seq' => $seq,
		)
	);
	route(
		'/webhook',
		WP_REST_Server::EDITABLE,
		'set_webhook',
		array(
			'url'    => array(
				'type'     => 'string',
				'required' => true,
			),
			'secret' => array(
				'type'     => 'string',
				'required' => true,
			),
		),
		'manage_options'
	);
}

/**
 * Registers one route.
 *
 * @param string $path       Path below the namespace.
 * @param string $methods    HTTP methods.
 * @param string $callback   Function of this file.
 * @param array  $args       Schema of the arguments.
 * @param string $capability What a user must be able to do in general; what he may do to an item is asked later.
 */
function route( $path, $methods, $callback, $args, $capability = 'edit_posts' ) {
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
				return failure( 'stet_forbidden', 'This user may not do that: the capability ' . $capability . ' is missing.', rest_authorization_required_code() );
			},
		)
	);
}

/**
 * Returns the schema of the post in an upsert. A field it does not know is refused, not ignored.
 *
 * @return array
 */
function post_schema() {
	$terms = array(
		'type'  => 'array',
		'items' => array( 'type' => array( 'string', 'integer' ) ), // In this order: the tag "2024" is a name.
	);
	return array(
		'type'                 => 'object',
		'additionalProperties' => false,
		'properties'           => array(
			'title'          => array( 'type' => 'string' ),
			'content'        => array( 'type' => 'string' ),
			'excerpt'        => array( 'type' => 'string' ),
			'slug'           => array(
				'type'      => 'string',
				'required'  => true,
				'minLength' => 1,
			),
			'status'         => array(
				'type'     => 'string',
				'required' => true,
				'enum'     => array( 'publish', 'draft', 'pending', 'private' ),
			),
			'type'           => array( 'type' => 'string' ),
			'parent'         => array( 'type' => 'integer' ),
			'author'         => array( 'type' => 'integer' ),
			'date'           => array(
				'type'   => 'string',
				'format' => 'date-time',
			),
			'featured_media' => array( 'type' => 'integer' ),
			'categories'     => $terms,
			'tags'           => $terms,
			'terms'          => array(
				'type'                 => 'object',
				'additionalProperties' => $terms,
			),
			'meta'           => array( 'type' => 'object' ),
		),
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
 * GET /items: the items by key or by marker, or a hundred of all in the order of their keys.
 *
 * @param WP_REST_Request $request The request.
 * @return array
 */
function get_items( WP_REST_Request $request ) {
	global $wpdb;
	$key    = (string) $request['key'];
	$marker = (string) $request['marker'];
	$rows   = $wpdb->get_results(
		$wpdb->prepare(
			"SELECT * FROM {$wpdb->prefix}stet_item WHERE ( %s = '' OR item_key = %s ) AND ( %s = '' OR marker = %s ) AND item_key > %s ORDER BY item_key LIMIT 100",
			$key,
			$key,
			$marker,
			$marker,
			(string) $request['after']
		)
	);
	if ( null === $rows || $wpdb->last_error ) {
		return failure( 'stet_database', 'The database did not answer; nothing is known about the items. Try again.', 503 );
	}
	return array_values(
		array_map(
			__NAMESPACE__ . '\describe',
			array_filter(
				$rows,
				static function ( $row ) {
					return ! get_post( $row->post_id ) || current_user_can( 'edit_post', $row->post_id );
				}
			)
		)
	);
}

/**
 * Returns what is stored for a key now.
 *
 * @param object $row     Row of stet_item.
 * @param string $outcome What the request did.
 * @return array
 */
function describe( $row, $outcome = 'found' ) {
	$post = get_post( $row->post_id );
	$now  = $post ? content_hash( $post, (array) json_decode( $row->meta_keys, true ) ) : '';
	return array(
		'id'           => (int) $row->post_id,
		'key'          => $row->item_key,
		'marker'       => $row->marker,
		'apply_seq'    => (int) $row->apply_seq,
		'op'           => $row->op,
		'hash'         => $row->hash,
		'stored_hash'  => $row->stored_hash,
		'content_hash' => $now,
		'drifted'      => $now !== $row->stored_hash,
		'status'       => $post ? $post->post_status : 'deleted',
		'slug'         => $post ? $post->post_name : '',
		'type'         => $post ? $post->post_type : '',
		'link'         => $post ? get_permalink( $post ) : '',
		'created_gmt'  => $row->created_gmt,
		'modified_gmt' => $post ? $post->post_modified_gmt : '',
		'outcome'      => $outcome,
	);
}

/**
 * Returns the hash of what a person may edit: the texts, author, image, terms and the meta that stet wrote. Status and
 * slug are not part of it.
 *
 * @param WP_Post  $post      The item.
 * @param string[] $meta_keys Keys of the meta values.
 * @return string
 */
function content_hash( WP_Post $post, $meta_keys ) {
	$parts = array( $post->post_title, $post->post_content, $post->post_excerpt, (int) $post->post_author, (int) get_post_thumbnail_id( $post ) );
	foreach ( get_object_taxonomies( $post->post_type ) as $taxonomy ) {
		$ids = wp_get_object_terms( $post->ID, $taxonomy, array( 'fields' => 'ids' ) );
		$ids = is_wp_error( $ids ) ? array() : array_map( 'intval', $ids );
		sort( $ids );
		if ( $ids ) {
			$parts[] = array( $taxonomy, $ids );
		}
	}
	sort( $meta_keys );
	foreach ( $meta_keys as $meta_key ) {
		$parts[] = array( $meta_key, get_post_meta( $post->ID, $meta_key, false ) );
	}
	return hash( 'sha256', serialize( $parts ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.serialize_serialize -- only hashed; JSON cannot hold every byte.
}

// --- Writing --------------------------------------------------------------------------------------------------------

/**
 * POST /upsert: creates or replaces the item of a key, or changes nothing.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function upsert( WP_REST_Request $request ) {
	$want = wanted( $request['post'] );
	if ( is_wp_error( $want ) ) {
		return $want;
	}
	$names = array( 'slug:' . $want['fields']['post_type'] . ':' . $want['fields']['post_name'] );
	foreach ( $want['terms'] as $taxonomy => $terms ) {
		foreach ( $terms as $term ) {
			$names[] = 'term:' . $taxonomy . ':' . ( is_int( $term ) ? $term : sanitize_title( $term ) );
		}
	}
	return write(
		$request,
		$names,
		static function ( $row ) use ( $request, $want ) {
			return put( $row, $request, $want );
		}
	);
}

/**
 * POST /unpublish: takes the item from the public and keeps it as a draft.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function unpublish( WP_REST_Request $request ) {
	return write(
		$request,
		array(),
		static function ( $row ) {
			$post = get_post( $row->post_id );
			if ( ! $post || ! in_array( $post->post_status, array( 'publish', 'private', 'future', 'pending' ), true ) ) {
				return 'unchanged';
			}
			if ( ! current_user_can( 'edit_post', $post->ID ) ) {
				return failure( 'stet_forbidden', 'This user may not edit the item.', 403 );
			}
			$done = wp_update_post(
				array(
					'ID'          => $post->ID,
					'post_status' => 'draft',
				),
				true,
				false
			);
			return is_wp_error( $done ) ? $done : 'unpublished';
		}
	);
}

/**
 * POST /trash: moves the item to the trash. What is gone already is a success.
 *
 * @param WP_REST_Request $request The request.
 * @return WP_REST_Response|WP_Error
 */
function trash( WP_REST_Request $request ) {
	return write(
		$request,
		array(),
		static function ( $row ) {
			$post = get_post( $row->post_id );
			if ( ! $post || 'trash' === $post->post_status ) {
				return 'unchanged';
			}
			if ( ! current_user_can( 'delete_post', $post->ID ) ) {
				return failure( 'stet_forbidden', 'This user may not delete the item.', 403 );
			}
			if ( ! EMPTY_TRASH_DAYS ) {
				return failure( 'stet_no_trash', 'This site has no trash (EMPTY_TRASH_DAYS is 0), and nothing is deleted for good.', 501 );
			}
			return wp_trash_post( $post->ID ) ? 'trashed' : failure( 'stet_failed', 'WordPress did not move the item to the trash.', 500 );
		}
	);
}

/**
 * Carries out one write behind its fence, in one transaction.
 *
 * @param WP_REST_Request $request Request with key and apply_seq.
 * @param string[]        $names   What else is locked.
 * @param callable        $change  Gets the row of the key and returns an outcome or an error. It may set members of the row.
 * @return WP_REST_Response|WP_Error
 */
function write( WP_REST_Request $request, $names, $change ) {
	$engines = engines_without_transactions();
	if ( $engines ) {
		return failure( 'stet_no_transactions', 'These tables cannot take part in a transaction, convert them to InnoDB: ' . implode( ', ', $engines ), 501 );
	}
	$names[] = 'key:' . $request['key'];
	$error   = null;
	for ( $try = 1; $try <= TRIES; $try++ ) {
		begin();
		$row    = lock( $request['key'], $names );
		$before = is_object( $row ) && $row->post_id ? get_post( $row->post_id ) : null;
		$result = is_wp_error( $row ) ? $row : guarded( $row, $request, $change );
		$error  = finish( $result, is_object( $row ) ? (int) ( $row->post_id ?? 0 ) : 0 );
		if ( ! $error ) {
			if ( in_array( $result, array( 'created', 'updated', 'unpublished' ), true ) ) {
				wp_after_insert_post( (int) $row->post_id, (bool) $before, $before );
			}
			return new WP_REST_Response( describe( $row, $result ) + alterations( $row ), 'created' === $result ? 201 : 200 );
		}
		if ( 'stet_database' !== $error->get_error_code() ) {
			return $error;
		}
	}
	return $error;
}

/**
 * Checks the fence, carries out the change and keeps the row.
 *
 * @param object          $row     Row of the key, locked; changed in place.
 * @param WP_REST_Request $request The request.
 * @param callable        $change  See write.
 * @return string|WP_Error Outcome.
 */
function guarded( $row, WP_REST_Request $request, $change ) {
	$op   = trim( substr( $request->get_route(), strlen( '/stet/v1' ) ), '/' );
	$seq  = (int) $request['apply_seq'];
	$hash = 'upsert' === $op ? $request['hash'] : $row->hash;
	if ( ! $row->apply_seq && 'upsert' !== $op ) {
		return failure( 'stet_unknown_key', 'No item was ever written for this key.', 404 );
	}
	$stored = array(
		'apply_seq' => (int) $row->apply_seq,
		'op'        => $row->op,
		'hash'      => $row->hash,
		'id'        => (int) $row->post_id,
	);
	if ( $seq < $row->apply_seq ) {
		return failure( 'stet_stale', "apply_seq $seq is older than the {$row->apply_seq} that is stored; nothing was changed.", 409, $stored );
	}
	if ( $seq === (int) $row->apply_seq ) {
		if ( $op === $row->op && $hash === $row->hash ) {
			return get_post( $row->post_id ) || 'upsert' !== $op ? 'unchanged' : gone( $row );
		}
		return failure( 'stet_conflict', "apply_seq $seq was used for something else; nothing was changed.", 409, $stored );
	}
	$outcome = $change( $row );
	if ( is_wp_error( $outcome ) ) {
		return $outcome;
	}
	$row->apply_seq = $seq;
	$row->op        = $op;
	$row->hash      = $hash;
	return keep( $row ) ? $outcome : failure( 'stet_database', 'The database did not keep the row of the key.', 503 );
}

/**
 * Says that the item was deleted for good. Only a new marker makes a new one.
 *
 * @param object $row Row of the key.
 * @return WP_Error
 */
function gone( $row ) {
	return failure( 'stet_gone', 'The item of this key was deleted for good in WordPress; a new marker makes a new one.', 410, array( 'id' => (int) $row->post_id ) );
}

/**
 * Writes the item of an upsert.
 *
 * @param object          $row     Row of the key, locked; changed in place.
 * @param WP_REST_Request $request The request.
 * @param array           $want    See wanted.
 * @return string|WP_Error Outcome.
 */
function put( $row, WP_REST_Request $request, $want ) {
	$post = existing( $row, $request, $want );
	if ( is_wp_error( $post ) ) {
		return $post;
	}
	$id      = $post ? $post->ID : 0;
	$refused = forbidden( $want, $post );
	if ( ! $refused ) {
		$refused = slug_taken( $want['fields'], $id );
	}
	if ( $refused ) {
		return $refused;
	}
	$terms = find_terms( $want['terms'] );
	if ( is_wp_error( $terms ) ) {
		return $terms;
	}
	if ( $post && 'trash' === $post->post_status ) {
		// Left in place, the slug of before the trash would win over the one that is wanted.
		foreach ( array( '_wp_desired_post_slug', '_wp_trash_meta_status', '_wp_trash_meta_time' ) as $meta_key ) {
			delete_post_meta( $id, $meta_key );
		}
	}
	$fields = array( 'ID' => $id ) + $want['fields'];
	$done   = $id ? wp_update_post( wp_slash( $fields ), true, false ) : wp_insert_post( wp_slash( $fields ), true, false );
	if ( is_wp_error( $done ) ) {
		return $done;
	}
	$failed = put_parts( $row, $done, $want, $terms );
	clean_post_cache( $done );
	$stored = get_post( $done );
	if ( ! $failed && $stored->post_status !== $want['fields']['post_status'] ) {
		$failed = failure( 'stet_status_changed', "WordPress gave the item the status {$stored->post_status}; nothing was changed. A date to come is not published, stet schedules itself.", 409, array( 'actual' => $stored->post_status ) );
	}
	if ( ! $failed && $stored->post_name !== $want['fields']['post_name'] ) {
		$failed = slug_refused( $want['fields'], $done, $stored->post_name );
	}
	if ( $failed ) {
		return $failed;
	}
	$row->post_id     = $done;
	$row->marker      = $request['marker'];
	$row->meta_keys   = wp_json_encode( array_keys( $want['meta'] ) );
	$row->stored_hash = content_hash( $stored, array_keys( $want['meta'] ) );
	$row->sent        = $want['fields'];
	return $id ? 'updated' : 'created';
}

/**
 * Returns the item that an upsert replaces, null for none, or why it may not.
 *
 * @param object          $row     Row of the key.
 * @param WP_REST_Request $request The request.
 * @param array           $want    See wanted.
 * @return WP_Post|null|WP_Error
 */
function existing( $row, WP_REST_Request $request, $want ) {
	global $wpdb;
	$id = (int) $row->post_id;
	if ( ! $id && $request['adopt'] ) {
		$id = (int) $request['adopt'];
		if ( $wpdb->get_var( $wpdb->prepare( "SELECT item_key FROM {$wpdb->prefix}stet_item WHERE post_id = %d", $id ) ) ) {
			return failure( 'stet_bound', "Item $id belongs to another key.", 409, array( 'id' => $id ) );
		}
		if ( ! get_post( $id ) ) {
			return failure( 'stet_gone', "There is no item $id to adopt.", 410, array( 'id' => $id ) );
		}
	}
	if ( ! $id ) {
		return null;
	}
	// From here on a person's save waits until we are done.
	$wpdb->get_var( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE ID = %d FOR UPDATE", $id ) );
	clean_post_cache( $id );
	$post = get_post( $id );
	if ( ! $post ) {
		return $row->marker === $request['marker'] ? gone( $row ) : null;
	}
	if ( $post->post_type !== $want['fields']['post_type'] ) {
		return failure( 'stet_type_changed', "Item $id is of type {$post->post_type}; a type is not changed.", 409, array( 'id' => $id ) );
	}
	if ( $request['rev'] ) {
		$now = content_hash( $post, (array) json_decode( $row->meta_keys, true ) );
		if ( ! hash_equals( $now, $request['rev'] ) ) {
			return failure( 'stet_changed', "Item $id was changed in WordPress since it was read; nothing was changed.", 412, array( 'content_hash' => $now ) );
		}
	}
	return $post;
}

/**
 * Turns the post of an upsert into what WordPress is given: fields, terms by taxonomy, meta.
 *
 * @param array $post The post, valid by its schema.
 * @return array|WP_Error
 */
function wanted( $post ) {
	$type = get_post_type_object( $post['type'] ?? 'post' );
	if ( ! $type || ! $type->show_in_rest || 'attachment' === $type->name ) {
		return failure( 'stet_bad_type', 'There is no post type of this name that is shown in the REST API.', 400 );
	}
	$slug = sanitize_title( $post['slug'] );
	if ( '' === $slug ) {
		return failure( 'stet_bad_slug', 'WordPress makes an empty slug of this one.', 400 );
	}
	$fields = array(
		'post_type'    => $type->name,
		'post_name'    => $slug,
		'post_status'  => $post['status'],
		'post_title'   => $post['title'] ?? '',
		'post_content' => $post['content'] ?? '',
		'post_excerpt' => $post['excerpt'] ?? '',
		'post_parent'  => $post['parent'] ?? 0,
	);
	if ( ! empty( $post['author'] ) ) {
		if ( ! get_userdata( $post['author'] ) ) {
			return failure( 'stet_bad_author', "There is no user {$post['author']}.", 400 );
		}
		$fields['post_author'] = $post['author'];
	}
	if ( ! empty( $post['date'] ) ) {
		list( $fields['post_date'], $fields['post_date_gmt'] ) = rest_get_date_with_gmt( $post['date'] );
		$fields['edit_date']                                   = true;
	}
	if ( ! empty( $post['featured_media'] ) && ! wp_attachment_is_image( $post['featured_media'] ) ) {
		return failure( 'stet_bad_media', "There is no image {$post['featured_media']} in the media library.", 400 );
	}
	$terms = $post['terms'] ?? array();
	foreach ( array(
		'categories' => 'category',
		'tags'       => 'post_tag',
	) as $field => $taxonomy ) {
		if ( isset( $post[ $field ] ) ) {
			$terms[ $taxonomy ] = $post[ $field ];
		}
	}
	foreach ( array_keys( $terms ) as $taxonomy ) {
		if ( ! is_object_in_taxonomy( $type->name, $taxonomy ) ) {
			return failure( 'stet_bad_taxonomy', "The type {$type->name} has no taxonomy $taxonomy.", 400 );
		}
	}
	$meta = wanted_meta( $post['meta'] ?? array() );
	if ( is_wp_error( $meta ) ) {
		return $meta;
	}
	return array(
		'type'   => $type,
		'fields' => $fields,
		'media'  => $post['featured_media'] ?? null,
		'terms'  => $terms,
		'meta'   => $meta,
	);
}

/**
 * Checks the meta of an upsert. Keys that begin with an underscore are hidden from people, so only those of known SEO
 * plugins are written.
 *
 * @param array $meta Values by key.
 * @return array|WP_Error
 */
function wanted_meta( $meta ) {
	foreach ( $meta as $meta_key => $value ) {
		/**
		 * Filters whether stet may write a meta key.
		 *
		 * @param bool   $allowed  Whether it may.
		 * @param string $meta_key The key.
		 */
		$allowed = apply_filters( 'stet_allowed_meta', ! is_protected_meta( $meta_key, 'post' ) || 0 === strpos( $meta_key, '_yoast_wpseo_' ), $meta_key );
		if ( ! $allowed || ! ( null === $value || is_scalar( $value ) ) ) {
			return failure( 'stet_bad_meta', "The meta key $meta_key may not be written, or its value is neither text, number nor null.", 400, array( 'name' => $meta_key ) );
		}
	}
	return $meta;
}

/**
 * Returns why the user may not write this item, or null.
 *
 * @param array        $want See wanted.
 * @param WP_Post|null $post The item that is replaced.
 * @return WP_Error|null
 */
function forbidden( $want, $post ) {
	$caps    = $want['type']->cap;
	$missing = '';
	if ( $post ? ! current_user_can( 'edit_post', $post->ID ) : ! current_user_can( $caps->create_posts ) ) {
		$missing = $post ? 'edit_post' : $caps->create_posts;
	} elseif ( in_array( $want['fields']['post_status'], array( 'publish', 'private' ), true ) && ! current_user_can( $caps->publish_posts ) ) {
		$missing = $caps->publish_posts;
	} elseif ( isset( $want['fields']['post_author'] ) && get_current_user_id() !== $want['fields']['post_author'] && ! current_user_can( $caps->edit_others_posts ) ) {
		$missing = $caps->edit_others_posts;
	}
	foreach ( array_keys( $want['terms'] ) as $taxonomy ) {
		$assign = get_taxonomy( $taxonomy )->cap->assign_terms;
		if ( ! $missing && ! current_user_can( $assign ) ) {
			$missing = $assign;
		}
	}
	return $missing ? failure( 'stet_forbidden', "This user lacks the capability $missing.", 403, array( 'capability' => $missing ) ) : null;
}

/**
 * Returns an error where somebody has the slug. Drafts are checked too, which WordPress leaves out.
 *
 * @param array $fields Fields of the post.
 * @param int   $id     The item itself, 0 for a new one.
 * @return WP_Error|null
 */
function slug_taken( $fields, $id ) {
	$free = wp_unique_post_slug( $fields['post_name'], $id, 'publish', $fields['post_type'], $fields['post_parent'] );
	return $free === $fields['post_name'] ? null : slug_refused( $fields, $id, $free );
}

/**
 * Makes the error that names who has the slug.
 *
 * @param array  $fields Fields of the post.
 * @param int    $id     The item itself, 0 for a new one.
 * @param string $offer  What WordPress would have made of it.
 * @return WP_Error
 */
function slug_refused( $fields, $id, $offer ) {
	global $wpdb;
	$holder = $wpdb->get_row(
		$wpdb->prepare(
			"SELECT p.ID AS id, p.post_type AS type, p.post_status AS status, i.item_key AS `key` FROM {$wpdb->posts} p
			LEFT JOIN {$wpdb->prefix}stet_item i ON i.post_id = p.ID
			WHERE p.post_name = %s AND p.ID <> %d AND p.post_type IN ( %s, 'attachment' ) ORDER BY p.post_type <> %s, p.ID LIMIT 1",
			$fields['post_name'],
			$id,
			$fields['post_type'],
			$fields['post_type']
		),
		ARRAY_A
	);
	if ( $holder ) {
		$holder['id'] = (int) $holder['id'];
	}
	return failure(
		'stet_slug_taken',
		$holder ? "The slug {$fields['post_name']} belongs to item {$holder['id']}; nothing was changed." : "WordPress reserves the slug {$fields['post_name']}; nothing was changed.",
		409,
		array(
			'slug'   => $fields['post_name'],
			'offer'  => $offer,
			'holder' => $holder,
		)
	);
}

/**
 * Finds the terms by id, slug or name, and makes those that are missing.
 *
 * @param array $wanted Ids and names by taxonomy.
 * @return array|WP_Error Ids by taxonomy.
 */
function find_terms( $wanted ) {
	$found = array();
	foreach ( $wanted as $taxonomy => $terms ) {
		$found[ $taxonomy ] = array();
		foreach ( $terms as $term ) {
			$id = find_term( $term, $taxonomy );
			if ( is_wp_error( $id ) ) {
				return $id;
			}
			$found[ $taxonomy ][] = $id;
		}
	}
	return $found;
}

/**
 * Finds or makes one term.
 *
 * @param int|string $term     Id or name.
 * @param string     $taxonomy Taxonomy.
 * @return int|WP_Error
 */
function find_term( $term, $taxonomy ) {
	if ( is_int( $term ) ) {
		return get_term( $term, $taxonomy ) instanceof \WP_Term ? $term : failure( 'stet_bad_term', "There is no term $term in $taxonomy.", 400 );
	}
	foreach ( array( 'slug', 'name' ) as $field ) {
		$known = get_term_by( $field, 'slug' === $field ? sanitize_title( $term ) : $term, $taxonomy );
		if ( $known ) {
			return (int) $known->term_id;
		}
	}
	$object = get_taxonomy( $taxonomy );
	if ( ! current_user_can( $object->hierarchical ? $object->cap->edit_terms : $object->cap->assign_terms ) ) {
		return failure( 'stet_forbidden', "This user may not make the term \"$term\" in $taxonomy.", 403 );
	}
	$made = wp_insert_term( wp_slash( $term ), $taxonomy );
	return is_wp_error( $made ) ? failure( 'stet_bad_term', $made->get_error_message(), 400 ) : (int) $made['term_id'];
}

/**
 * Writes terms, image and meta of an item.
 *
 * @param object $row   Row of the key, as it was.
 * @param int    $id    The item.
 * @param array  $want  See wanted.
 * @param array  $terms Ids by taxonomy.
 * @return WP_Error|null
 */
function put_parts( $row, $id, $want, $terms ) {
	foreach ( $terms as $taxonomy => $ids ) {
		$set = wp_set_object_terms( $id, $ids, $taxonomy );
		if ( is_wp_error( $set ) ) {
			return $set;
		}
	}
	if ( null !== $want['media'] ) {
		if ( $want['media'] ) {
			set_post_thumbnail( $id, $want['media'] );
		} else {
			delete_post_thumbnail( $id );
		}
	}
	// What an earlier version had and this one has not would be left over.
	$left = array_fill_keys( (array) json_decode( $row->meta_keys, true ), null );
	foreach ( $want['meta'] + $left as $meta_key => $value ) {
		if ( null === $value ) {
			delete_post_meta( $id, $meta_key );
		} else {
			update_post_meta( $id, $meta_key, wp_slash( $value ) );
		}
	}
	return null;
}

/**
 * Names the texts that WordPress stored otherwise than they were sent, as its filters do for users who may not write
 * every HTML.
 *
 * @param object $row Row of the key after an upsert.
 * @return array
 */
function alterations( $row ) {
	$post    = get_post( $row->post_id );
	$altered = array();
	foreach ( array(
		'title'   => 'post_title',
		'content' => 'post_content',
		'excerpt' => 'post_excerpt',
	) as $name => $field ) {
		if ( $post && isset( $row->sent ) && $row->sent[ $field ] !== $post->$field ) {
			$altered[] = $name;
		}
	}
	return array( 'altered' => $altered );
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
	return (object) array(
		'item_key'    => $key,
		'post_id'     => 0,
		'marker'      => '',
		'apply_seq'   => 0,
		'op'          => '',
		'hash'        => '',
		'stored_hash' => '',
		'meta_keys'   => '[]',
		'seen'        => '',
		'created_gmt' => current_time( 'mysql', true ),
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
	$row->seen = seen( $row );
	return false !== $wpdb->replace( $wpdb->prefix . 'stet_item', array_diff_key( (array) $row, array( 'sent' => true ) ) );
}

/**
 * Ends the transaction: commits where the change succeeded and every statement with it.
 *
 * @param string|WP_Error $result Outcome of the change.
 * @param int             $id     The item, for the caches.
 * @return WP_Error|null Null where it is committed.
 */
function finish( $result, $id ) {
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
	forget( $id );
	return is_wp_error( $result ) ? $result : null;
}

/**
 * Empties the caches of what the transaction may have touched: after a rollback they hold what never was.
 *
 * @param int $id The item.
 */
function forget( $id ) {
	if ( $id ) {
		clean_post_cache( $id );
	}
	wp_cache_delete( 'alloptions', 'options' );
	wp_cache_delete( 'cron', 'options' );
	if ( ! wp_using_ext_object_cache() ) {
		wp_cache_flush();
	} else {
		wp_cache_set( 'last_changed', microtime(), 'posts' );
		wp_cache_set( 'last_changed', microtime(), 'terms' );
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
 * Returns a mark of how an item looks: status, slug and content. Our own writes keep it, so only others' differ from it.
 *
 * @param object $row Row of the key.
 * @return string
 */
function seen( $row ) {
	$post = get_post( $row->post_id );
	if ( ! $post ) {
		return 'deleted';
	}
	return hash( 'sha256', $post->post_status . '|' . $post->post_name . '|' . content_hash( $post, (array) json_decode( $row->meta_keys, true ) ) );
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
	$item = describe( $row );
	$user = wp_get_current_user();
	$body = array(
		'type'      => 'item_changed',
		'timestamp' => gmdate( 'Y-m-d\TH:i:s\Z' ),
		'key'       => $item['key'],
		'marker'    => $item['marker'],
		'post_id'   => $item['id'],
		'status'    => $item['status'],
		'slug'      => $item['slug'],
		'apply_seq' => $item['apply_seq'],
		'hash'      => $item['content_hash'],
		'drifted'   => $item['drifted'],
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
			stored_hash varchar(64) NOT NULL,
			meta_keys text CHARACTER SET utf8mb4 NOT NULL,
			seen varchar(64) NOT NULL,
			created_gmt datetime NOT NULL,
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
