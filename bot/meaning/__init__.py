"""What short texts of people mean: rules that know neither a store nor a clock."""
