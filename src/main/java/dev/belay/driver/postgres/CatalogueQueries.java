package dev.belay.driver.postgres;

import dev.belay.schema.Kind;
import java.util.List;
import java.util.Optional;

/// How each kind of object is asked for. Every query answers `identity, of, name, local, facets,
/// facts`, reads names with `pg_catalog` as its only search path, and takes the roles whose
/// privileges are wanted as its one parameter. An access list that was never touched is written as
/// what it stands for, a column's place is counted among those that live, and no number of the
/// server's own is in a facet: a restored copy has others.
final class CatalogueQueries {
    /// @param kind empty where the row says it itself, in `facts.kind`, or adds to one that was
    ///   read
    record Query(Optional<Kind> kind, String sql) {}

    private static final String COMMON =
            """
            WITH roles AS (SELECT rolname::text AS role, oid, rolsuper OR rolbypassrls AS exempt
                FROM pg_roles WHERE rolname = ANY (?)),
            ext AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
            ns AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace n
                WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'belay_ledger')
                AND nspname !~ '^pg_(toast_)?temp_'
                AND NOT EXISTS (SELECT FROM ext
                    WHERE ext.classid = 'pg_namespace'::regclass AND ext.objid = n.oid)),
            rel AS (SELECT c.*, n.nspname FROM pg_class c JOIN ns n ON n.oid = c.relnamespace
                WHERE NOT EXISTS (SELECT FROM ext
                    WHERE ext.classid = 'pg_class'::regclass AND ext.objid = c.oid))
            """;

    private static final String SCHEMAS =
            """
            SELECT 'ns/' || n.oid, '', format('%I', nspname), nspname,
            jsonb_build_object('owner', nspowner::regrole,
              'acl', (SELECT array_agg(a::text ORDER BY a::text)
                FROM unnest(COALESCE(nspacl, acldefault('n', nspowner))) a)),
            COALESCE((SELECT jsonb_object_agg('may:' || role, ARRAY(
                SELECT p FROM unnest(ARRAY['USAGE', 'CREATE']) p
                WHERE has_schema_privilege(r.oid, n.oid, p))) FROM roles r), '{}')
            FROM ns n
            """;

    private static final String RELATIONS =
            """
            SELECT 'rel/' || c.oid, 'ns/' || relnamespace, format('%I.%I', nspname, relname), relname,
            jsonb_build_object('owner', relowner::regrole, 'persistence', relpersistence,
              'partitioned', NULLIF(relkind = 'p', false),
              'acl', (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(COALESCE(relacl,
                acldefault((CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END)::"char", relowner))) a),
              'options', (SELECT array_agg(o ORDER BY o) FROM unnest(reloptions) o),
              'row security', relrowsecurity, 'forced row security', relforcerowsecurity,
              'replica identity', relreplident,
              'access method', (SELECT amname FROM pg_am WHERE oid = relam),
              'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = reltablespace),
              'partition key', CASE WHEN relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
              'bound', pg_get_expr(relpartbound, c.oid), 'populated', relispopulated,
              'of type', CASE WHEN reloftype <> 0 THEN reloftype::regtype::text END,
              'parents', (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno)
                FROM pg_inherits WHERE inhrelid = c.oid),
              'definition', CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END),
            jsonb_build_object('kind', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE'
                WHEN 'm' THEN 'MATERIALIZED_VIEW' WHEN 'f' THEN 'FOREIGN_TABLE'
                WHEN 'c' THEN 'COMPOSITE' ELSE 'TABLE' END,
              'rows', reltuples::bigint,
              'bytes', CASE WHEN relkind IN ('r', 'm') THEN pg_table_size(c.oid)
                WHEN relkind = 'p' THEN (SELECT sum(pg_table_size(relid))
                  FROM pg_partition_tree(c.oid) WHERE isleaf) END,
              'heap', CASE WHEN relkind IN ('r', 'm') THEN pg_relation_size(c.oid)
                WHEN relkind = 'p' THEN (SELECT sum(pg_relation_size(relid))
                  FROM pg_partition_tree(c.oid) WHERE isleaf) END,
              'under', (SELECT array_agg('rel/' || inhparent) FROM pg_inherits WHERE inhrelid = c.oid),
              'writable', CASE WHEN relkind IN ('r', 'p', 'v', 'f')
                THEN pg_relation_is_updatable(c.oid, false) & 28 = 28 END,
              'reads', CASE WHEN relkind IN ('v', 'm') THEN (
                SELECT array_agg(DISTINCT 'rel/' || d.refobjid) FROM pg_rewrite w
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                WHERE w.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid <> c.oid) END)
            || COALESCE((SELECT jsonb_object_agg('may:' || role, CASE WHEN relkind = 'S' THEN ARRAY(
                SELECT p FROM unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
                WHERE has_sequence_privilege(r.oid, c.oid, p)) ELSE ARRAY(
                SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
                WHERE has_table_privilege(r.oid, c.oid, p)) END)
              || jsonb_object_agg('exempt:' || role, r.exempt
                OR (pg_has_role(r.oid, relowner, 'USAGE') AND NOT relforcerowsecurity))
              FROM roles r), '{}')
            FROM rel c WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
            """;

    private static final String COLUMNS =
            """
            SELECT 'col/' || attrelid || '/' || attnum, 'rel/' || attrelid,
            format('%I.%I.%I', nspname, relname, attname), attname,
            jsonb_build_object('position', (SELECT count(*) FROM pg_attribute b
                WHERE b.attrelid = a.attrelid AND b.attnum > 0 AND NOT b.attisdropped
                AND b.attnum <= a.attnum),
              'type', format_type(atttypid, atttypmod), 'not null', attnotnull,
              'default', CASE WHEN attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
              'generated', CASE WHEN attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
              'identity', NULLIF(attidentity, ''), 'generation', NULLIF(attgenerated, ''),
              'collation', CASE WHEN attcollation <> 0 AND attcollation <> t.typcollation
                THEN attcollation::regcollation::text END,
              'storage', attstorage, 'compression', NULLIF(attcompression, ''),
              'statistics', NULLIF(attstattarget, -1), 'options', attoptions,
              'acl', (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(attacl) x),
              'declared here', attislocal, 'inherited', NULLIF(attinhcount, 0)),
            jsonb_build_object('type', 'type/' || COALESCE(NULLIF(t.typelem, 0), t.oid),
              'exact type', atttypid, 'type kind', t.typtype,
              'base', format_type(b.oid, NULL), 'category', b.typcategory,
              'modifier', CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE atttypmod END,
              'constrained', t.typtype = 'd' AND (t.typnotnull
                OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid)),
              'equality', b.typcategory IN ('S', 'A', 'E', 'R') OR b.typtype <> 'b' OR EXISTS (
                SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
                WHERE o.opcdefault AND o.opcintype = b.oid AND m.amname IN ('btree', 'hash')),
              'uses', (SELECT array_agg(CASE p.refclassid WHEN 'pg_class'::regclass THEN 'rel/'
                ELSE 'fn/' END || p.refobjid) FROM pg_depend p
                WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                AND p.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
                AND p.refobjid <> attrelid),
              'inherited', attinhcount > 0 AND NOT attislocal)
            || COALESCE((SELECT jsonb_object_agg('may:' || role, ARRAY(
                SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) p
                WHERE has_column_privilege(r.oid, attrelid, attnum, p))) FROM roles r), '{}')
            FROM pg_attribute a JOIN rel ON rel.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attnum > 0 AND NOT a.attisdropped
            AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
            """;

    private static final String CONSTRAINTS =
            """
            SELECT 'con/' || k.oid, 'rel/' || conrelid, format('%I.%I.%I', nspname, relname, conname),
            conname, jsonb_build_object('type', contype, 'definition', pg_get_constraintdef(k.oid),
              'valid', convalidated, 'deferrable', condeferrable, 'deferred', condeferred,
              'no inherit', connoinherit, 'inherited', NULLIF(coninhcount, 0)),
            jsonb_build_object('columns', ARRAY(SELECT attname FROM unnest(conkey) WITH ORDINALITY
                u (num, place) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = u.num
                ORDER BY place),
              'references', NULLIF('rel/' || confrelid, 'rel/0'),
              'index', NULLIF('rel/' || conindid, 'rel/0'),
              'on delete', confdeltype, 'on update', confupdtype,
              'inherited', conparentid <> 0 OR (coninhcount > 0 AND NOT conislocal))
            FROM pg_constraint k JOIN rel ON rel.oid = k.conrelid
            WHERE contype IN ('c', 'f', 'p', 'u', 'x')
            """;

    private static final String INDEXES =
            """
            SELECT 'rel/' || i.indexrelid, 'rel/' || i.indrelid,
            format('%I.%I', rel.nspname, rel.relname), rel.relname,
            jsonb_build_object('definition', pg_get_indexdef(i.indexrelid), 'valid', indisvalid,
              'ready', indisready, 'unique', indisunique, 'primary', indisprimary,
              'clustered', indisclustered, 'replica identity', indisreplident,
              'immediate', indimmediate),
            jsonb_build_object('columns', ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true)
                FROM generate_series(1, i.indnkeyatts) n),
              'expressions', pg_get_expr(indexprs, indrelid),
              'predicate', pg_get_expr(indpred, indrelid),
              'constraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid
                AND k.contype IN ('p', 'u', 'x')),
              'inherited', EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid))
            FROM pg_index i JOIN rel ON rel.oid = i.indexrelid
            """;

    private static final String SEQUENCES =
            """
            SELECT 'rel/' || seqrelid, '', format('%I.%I', nspname, relname), relname,
            jsonb_build_object('type', format_type(seqtypid, NULL), 'start', seqstart,
              'increment', seqincrement, 'min', seqmin, 'max', seqmax, 'cache', seqcache,
              'cycle', seqcycle, 'owned by', (SELECT d.refobjid::regclass::text || '.' || a.attname
                FROM pg_depend d JOIN pg_attribute a
                  ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid
                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))),
            jsonb_build_object('users', (SELECT array_agg(DISTINCT user_of) FROM (
                SELECT 'col/' || d.refobjid || '/' || d.refobjsubid AS user_of FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid
                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                UNION SELECT 'col/' || f.adrelid || '/' || f.adnum FROM pg_depend d
                JOIN pg_attrdef f ON f.oid = d.objid WHERE d.classid = 'pg_attrdef'::regclass
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = rel.oid) u))
            FROM pg_sequence s JOIN rel ON rel.oid = s.seqrelid
            """;

    private static final String FUNCTIONS =
            """
            SELECT 'fn/' || p.oid, 'ns/' || pronamespace, format('%I.%I(%s)', n.nspname, proname,
              pg_get_function_identity_arguments(p.oid)), proname,
            jsonb_build_object('kind', prokind, 'owner', proowner::regrole,
              'acl', (SELECT array_agg(a::text ORDER BY a::text)
                FROM unnest(COALESCE(proacl, acldefault('f', proowner))) a),
              'result', pg_get_function_result(p.oid), 'definer', prosecdef,
              'definition', CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid)
                ELSE (SELECT concat_ws(' ', aggtransfn::regproc, aggfinalfn::regproc,
                  format_type(aggtranstype, NULL), agginitval) FROM pg_aggregate g
                  WHERE g.aggfnoid = p.oid) END),
            jsonb_build_object('arguments', ARRAY(SELECT format_type(t, NULL)
                FROM unnest(proargtypes) WITH ORDINALITY u (t, place) ORDER BY place),
              'required', pronargs - pronargdefaults, 'variadic', provariadic <> 0,
              'language', (SELECT lanname FROM pg_language WHERE oid = prolang),
              'body', prosrc, 'parsed', prosqlbody IS NOT NULL,
              'trigger', prorettype IN ('trigger'::regtype, 'event_trigger'::regtype))
            || COALESCE((SELECT jsonb_object_agg('may:' || role,
                CASE WHEN has_function_privilege(r.oid, p.oid, 'EXECUTE')
                THEN ARRAY['EXECUTE'] ELSE '{}' END) FROM roles r), '{}')
            FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace
            WHERE NOT EXISTS (SELECT FROM ext
                WHERE ext.classid = 'pg_proc'::regclass AND ext.objid = p.oid)
            """;

    private static final String TRIGGERS =
            """
            SELECT 'trg/' || t.oid, 'rel/' || tgrelid, format('%I.%I.%I', nspname, relname, tgname),
            tgname, jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', tgenabled),
            jsonb_build_object('function', 'fn/' || tgfoid, 'row', tgtype & 1 = 1,
              'before', tgtype & 2 = 2, 'inherited', tgparentid <> 0)
            FROM pg_trigger t JOIN rel ON rel.oid = t.tgrelid WHERE NOT tgisinternal
            """;

    private static final String RULES =
            """
            SELECT 'rule/' || r.oid, 'rel/' || ev_class, format('%I.%I.%I', nspname, relname, rulename),
            rulename, jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled),
            '{}'::jsonb
            FROM pg_rewrite r JOIN rel ON rel.oid = r.ev_class WHERE rulename <> '_RETURN'
            """;

    private static final String POLICIES =
            """
            SELECT 'pol/' || p.oid, 'rel/' || polrelid, format('%I.%I.%I', nspname, relname, polname),
            polname, jsonb_build_object('command', polcmd, 'permissive', polpermissive,
              'roles', (SELECT array_agg(r::regrole::text ORDER BY r::regrole::text)
                FROM unnest(polroles) r),
              'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid)),
            jsonb_build_object('columns', (SELECT array_agg(DISTINCT a.attname) FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                AND d.refobjid = polrelid),
              'holds for', (SELECT array_agg(role) FROM roles r WHERE EXISTS (
                SELECT FROM unnest(polroles) o WHERE o = 0 OR pg_has_role(r.oid, o, 'USAGE'))))
            FROM pg_policy p JOIN rel ON rel.oid = p.polrelid
            """;

    private static final String TYPES =
            """
            SELECT 'type/' || t.oid, 'ns/' || typnamespace, format('%I.%I', n.nspname, typname), typname,
            jsonb_build_object('kind', typtype, 'owner', typowner::regrole,
              'acl', (SELECT array_agg(a::text ORDER BY a::text)
                FROM unnest(COALESCE(typacl, acldefault('T', typowner))) a),
              'base', CASE WHEN typtype = 'd' THEN format_type(typbasetype, typtypmod) END,
              'not null', typnotnull, 'default', typdefault,
              'labels', (SELECT array_agg(enumlabel ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = t.oid),
              'checks', (SELECT array_agg(conname || ' ' || pg_get_constraintdef(oid) ORDER BY conname)
                FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'),
              'unchecked', (SELECT array_agg(conname ORDER BY conname) FROM pg_constraint
                WHERE contypid = t.oid AND contype = 'c' AND NOT convalidated),
              'subtype', (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = t.oid)),
            '{}'::jsonb
            FROM pg_type t JOIN ns n ON n.oid = t.typnamespace WHERE typtype IN ('e', 'd', 'r')
            AND NOT EXISTS (SELECT FROM ext
                WHERE ext.classid = 'pg_type'::regclass AND ext.objid = t.oid)
            """;

    /// Rare ones, which no rule looks into: one text says all of them.
    private static final String REST =
            """
            SELECT 'ext/' || e.oid, '', extname, extname, jsonb_build_object('version', extversion,
              'schema', extnamespace::regnamespace), jsonb_build_object('kind', 'EXTENSION')
            FROM pg_extension e
            UNION ALL SELECT 'stat/' || s.oid, 'ns/' || n.oid, format('%I.%I', n.nspname, stxname),
              stxname, jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid)),
              jsonb_build_object('kind', 'STATISTICS')
            FROM pg_statistic_ext s JOIN ns n ON n.oid = s.stxnamespace
            UNION ALL SELECT 'evt/' || oid, '', evtname, evtname,
              jsonb_build_object('event', evtevent, 'tags', evttags, 'function', evtfoid::regproc,
                'enabled', evtenabled), jsonb_build_object('kind', 'EVENT_TRIGGER')
            FROM pg_event_trigger e WHERE evtname !~ '^belay_' AND NOT EXISTS (SELECT FROM ext
                WHERE ext.classid = 'pg_event_trigger'::regclass AND ext.objid = e.oid)
            UNION ALL SELECT 'pub/' || oid, '', pubname, pubname,
              jsonb_build_object('all', puballtables, 'insert', pubinsert, 'update', pubupdate,
                'delete', pubdelete, 'truncate', pubtruncate, 'tables', (
                  SELECT array_agg(prrelid::regclass::text ORDER BY prrelid::regclass::text)
                  FROM pg_publication_rel WHERE prpubid = p.oid)),
              jsonb_build_object('kind', 'PUBLICATION')
            FROM pg_publication p
            UNION ALL SELECT 'dacl/' || oid, '', concat_ws(' ', defaclrole::regrole,
                COALESCE(defaclnamespace::regnamespace::text, '*'), defaclobjtype),
              concat_ws(' ', defaclrole::regrole, defaclobjtype),
              jsonb_build_object('acl', (SELECT array_agg(a::text ORDER BY a::text)
                FROM unnest(defaclacl) a)), jsonb_build_object('kind', 'DEFAULT_PRIVILEGES')
            FROM pg_default_acl WHERE defaclnamespace IS DISTINCT FROM to_regnamespace('belay_ledger')
            UNION ALL SELECT 'comment/' || classoid || '/' || objoid || '/' || objsubid, '',
              pg_describe_object(classoid, objoid, objsubid),
              pg_describe_object(classoid, objoid, objsubid),
              jsonb_build_object('text', description), jsonb_build_object('kind', 'COMMENT')
            FROM pg_description WHERE objoid >= 16384
            AND (classoid, objoid) NOT IN (SELECT classid, objid FROM ext)
            AND NOT (classoid = 'pg_extension'::regclass)
            AND (pg_identify_object(classoid, objoid, objsubid)).schema IS DISTINCT FROM 'belay_ledger'
            UNION ALL SELECT 'cast/' || oid, '', pg_describe_object('pg_cast'::regclass, oid, 0), '',
              jsonb_build_object('function', NULLIF(castfunc, 0)::regprocedure,
                'context', castcontext, 'method', castmethod), jsonb_build_object('kind', 'CAST')
            FROM pg_cast c WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM ext
                WHERE ext.classid = 'pg_cast'::regclass AND ext.objid = c.oid)
            UNION ALL SELECT 'op/' || o.oid, 'ns/' || n.oid, o.oid::regoperator::text, oprname,
              jsonb_build_object('function', oprcode, 'owner', oprowner::regrole),
              jsonb_build_object('kind', 'OPERATOR')
            FROM pg_operator o JOIN ns n ON n.oid = o.oprnamespace WHERE NOT EXISTS (SELECT FROM ext
                WHERE ext.classid = 'pg_operator'::regclass AND ext.objid = o.oid)
            UNION ALL SELECT 'coll/' || o.oid, 'ns/' || n.oid, format('%I.%I', nspname, collname),
              collname, jsonb_build_object('provider', collprovider, 'collate', collcollate,
                'deterministic', collisdeterministic), jsonb_build_object('kind', 'COLLATION')
            FROM pg_collation o JOIN ns n ON n.oid = o.collnamespace WHERE NOT EXISTS (
                SELECT FROM ext WHERE ext.classid = 'pg_collation'::regclass AND ext.objid = o.oid)
            """;

    private static final String SETTINGS =
            """
            SELECT 'set/' || setdatabase || '/' || setrole || '/' || split_part(one, '=', 1), '',
            concat_ws(' ', COALESCE(r.rolname, 'every role') || ':', split_part(one, '=', 1)),
            split_part(one, '=', 1),
            jsonb_build_object('value', substr(one, strpos(one, '=') + 1)),
            jsonb_build_object('role', r.rolname)
            FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(setconfig) one
            LEFT JOIN pg_roles r ON r.oid = s.setrole
            WHERE setdatabase = 0
            OR setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    static final List<Query> ALL =
            List.of(
                    query(Optional.of(Kind.SCHEMA), SCHEMAS),
                    query(Optional.empty(), RELATIONS),
                    query(Optional.of(Kind.COLUMN), COLUMNS),
                    query(Optional.of(Kind.CONSTRAINT), CONSTRAINTS),
                    query(Optional.of(Kind.INDEX), INDEXES),
                    query(Optional.empty(), SEQUENCES),
                    query(Optional.of(Kind.FUNCTION), FUNCTIONS),
                    query(Optional.of(Kind.TRIGGER), TRIGGERS),
                    query(Optional.of(Kind.RULE), RULES),
                    query(Optional.of(Kind.POLICY), POLICIES),
                    query(Optional.of(Kind.TYPE), TYPES),
                    query(Optional.empty(), REST),
                    query(Optional.of(Kind.SETTING), SETTINGS));

    private CatalogueQueries() {}

    private static Query query(Optional<Kind> kind, String sql) {
        return new Query(kind, COMMON + sql);
    }
}
