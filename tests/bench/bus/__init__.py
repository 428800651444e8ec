"""Events from one service's database to another's, done by zhiye and by others."""
