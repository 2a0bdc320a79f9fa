-- Who looks at the rows, as the connection says it: what the policies of the tables are bounded by. They are the second wall,
-- behind the filters of the service's own statements. The same file in every service that keeps complaints, cases or their
-- files; the chassis holds the original and sets what is read here (its module `sight`).
--
-- suda.scope      '*' is the service's own work, 'all' a reader of every union, else an array of unions; unset sees nothing
-- suda.units      the units a reader is bounded to within those unions; empty when he is not
-- suda.own_units  units and unions of his own posts: what was sent to them is his to see
-- suda.own_posts  his posts: what was told them is his to see
-- suda.person     who he is: he sees nothing that concerns himself
--
-- A policy asks each in a sub-select, so that it is answered once for a statement and not for each row.

CREATE FUNCTION own_work() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('suda.scope', true), '') = '*' $$;

CREATE FUNCTION sees_every_union() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('suda.scope', true), '') IN ('*', 'all') $$;

CREATE FUNCTION seen_unions() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN coalesce(current_setting('suda.scope', true), '') IN ('', '*', 'all') THEN '{}'
                   ELSE current_setting('suda.scope', true) END::text[] $$;

CREATE FUNCTION seen_units() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('suda.units', true), '')::text[] $$;

CREATE FUNCTION own_units() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(nullif(current_setting('suda.own_units', true), ''), '{}')::text[] $$;

CREATE FUNCTION own_posts() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(nullif(current_setting('suda.own_posts', true), ''), '{}')::text[] $$;

CREATE FUNCTION seen_by() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('suda.person', true), '') $$;
