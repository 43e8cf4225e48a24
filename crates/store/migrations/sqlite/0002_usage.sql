-- What a person uses is asked for with every order: answered from these alone, without the orders themselves.
DROP INDEX jobs_since;
CREATE INDEX jobs_usage ON jobs (person, created_ms, cost, state, started_ms);
CREATE INDEX jobs_waiting ON jobs (person, state, cost);
