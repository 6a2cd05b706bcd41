"""What every kind of building work shares: its folder, its accounts, its large tables, its search for duplicates."""
