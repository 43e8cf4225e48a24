//! What must survive a restart: accounts, jobs, pictures, ledger.
