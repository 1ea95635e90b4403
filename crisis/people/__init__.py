"""The office: its people, ministries, contact points and duties."""
